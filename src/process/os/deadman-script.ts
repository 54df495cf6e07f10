/**
 * The dead-man's switch, for any POSIX sh: hears of the live groups from a pipe that the daemon holds, and ends them when
 * the pipe closes. Its argument is the daemon's marker.
 *
 *     + PGID PID:START PID:START …   a group, and processes of that run by which it is known (again: instead of before)
 *     - PGID                         not ours to end any more
 *
 * - The marker's shape is checked before anything is read: an empty one would be found in every process.
 * - `case` and `grep -F` match fixed strings; no pattern comes from outside. grep answers 2 for entries it may not read: only
 *   what it lists counts.
 * - A process is signalled only if its pid has the start time that it was reported with, or if it was found by the marker
 *   again after its start time was read and has it still; a group only if we were told of it, and through such a process
 *   that is in it. Numbers are above 1. dash refuses `kill -- -PGID`: no `--`.
 * - Children of those are found before anybody is ended: one that carries no marker is known by its parent alone.
 * - The marker is an argument here, never in the environment, so that the script and its greps do not find themselves.
 * - A line without its end was cut by the daemon's death: it may name anybody, and is not read.
 * - Where there is no /proc, `ps` is asked (macOS; untested).
 */
export const DEADMAN_SCRIPT = `
trap '' TERM INT HUP QUIT
set -f
unset IFS
LC_ALL=C
PATH=/usr/bin:/bin:$PATH
export LC_ALL PATH
marker=$1
hex=@{marker#dtm-}
[ "$marker" = "dtm-$hex" ] || exit 64
case $hex in *[!0-9a-f]*) exit 64 ;; esac
[ @{#hex} -eq 32 ] || exit 64
mark="DEVTOOL_MCP_MARKER=$marker."

number() {
  case $1 in ''|0*|*[!0-9]*) return 1 ;; esac
  [ @{#1} -le 10 ] && [ "$1" -gt 1 ]
}

# Sets start, group and parent to what pid $1 has now; fails when there is none. The name in proc(5)'s stat may hold anything, newlines
# too: fields are counted from its last parenthesis.
look() {
  if [ -d /proc/self ]; then
    stat=
    { while IFS= read -r part; do stat="$stat $part"; done < "/proc/$1/stat"; } 2>/dev/null
    set -- @{stat##*) }
    [ $# -ge 20 ] || return 1
    parent=$2
    group=$3
    shift 19
    start=$1
  else
    set -- $(ps -p "$1" -o pgid= -o lstart= 2>/dev/null)
    [ $# -eq 6 ] || return 1
    parent=0
    group=$1
    start=$2_$3_$4_$5_$6
  fi
}

# Whether pid $1 is still the process that started at $2.
same() {
  number "$1" && [ -n "$2" ] && look "$1" && [ "$start" = "$2" ]
}

# Pids of those who carry the marker; a candidate's list of pids may be given.
carriers() {
  if [ -d /proc/self ]; then
    set +f
    if [ $# -eq 0 ]; then set -- /proc/[0-9]*/environ; fi
    set -f
    for file in $(grep -lF "$mark" "$@" 2>/dev/null); do
      file=@{file#/proc/}
      echo "@{file%/environ}"
    done
  else
    ps -A -E -ww -o pid= -o command= 2>/dev/null | while read -r pid rest; do
      case " $rest" in *" $mark"*) ;; *) continue ;; esac
      # Among its arguments the marker is not its own: somebody is searching, as we are.
      case "$(ps -ww -p "$pid" -o command= 2>/dev/null)" in *"$marker"*) ;; *) echo "$pid" ;; esac
    done
  fi
}

# A token for each group: PGID/PID:START/PID:START…
groups=
forget() {
  kept=
  for known in $groups; do
    case $known in "$1/"*) ;; *) kept="$kept $known" ;; esac
  done
  groups=$kept
}
while read -r word pgid members; do
  case $word in
    +) if number "$pgid"; then
         forget "$pgid"
         token=$pgid/
         for member in $members; do token=$token$member/; done
         groups="$groups $token"
       fi ;;
    -) if number "$pgid"; then forget "$pgid"; fi ;;
  esac
done

# Before anybody is ended: children whose parents are ours, since who carries no marker is found by its parent alone. A parent is
# looked at again after its child, so that it was the same one all along.
kin=
for pid in $(carriers); do
  if number "$pid" && [ "$pid" -ne $$ ] && look "$pid"; then kin="$kin $pid:$start"; fi
done
for known in $groups; do
  IFS=/
  set -- @{known#*/}
  unset IFS
  for member; do
    if same "@{member%%:*}" "@{member#*:}"; then kin="$kin $member"; fi
  done
done
# Whoever holds a socket that the daemon gave a leader as a standard stream has it from that leader, however far it has moved.
children=
if [ -d /proc/self ]; then
  set +f
  set -- /proc/[0-9]*/fd/0 /proc/[0-9]*/fd/1 /proc/[0-9]*/fd/2
  set -f
  held=$(ls -l "$@" 2>/dev/null)
  for known in $groups; do
    leader=@{known%%/*}
    case $kin in *" $leader:"*) ;; *) continue ;; esac
    for stream in 0 1 2; do
      socket=$(readlink "/proc/$leader/fd/$stream" 2>/dev/null)
      case $socket in socket:*) ;; *) continue ;; esac
      for file in $(printf '%s\n' "$held" | grep -F " -> $socket" | sed 's#.* /proc/#/proc/#; s# -> .*##'); do
        pid=@{file#/proc/}
        pid=@{pid%%/*}
        number "$pid" && [ "$pid" -ne $$ ] && look "$pid" || continue
        [ "$(readlink "$file" 2>/dev/null)" = "$socket" ] || continue
        case "$kin " in *" $pid:$start "*) continue ;; esac
        kin="$kin $pid:$start"
        children="$children $pid:$start"
      done
    done
  done
fi
generation=0
grew=$kin
while [ -n "$grew" ] && [ $generation -lt 8 ]; do
  generation=$((generation + 1))
  grew=
  set +f
  set -- /proc/[0-9]*
  set -f
  for file; do
    pid=@{file#/proc/}
    number "$pid" && [ "$pid" -ne $$ ] && look "$pid" && number "$parent" || continue
    child=$pid:$start
    case "$kin " in *" $child "*) continue ;; esac
    case "$kin " in *" $parent:"*) ;; *) continue ;; esac
    known=@{kin##* $parent:}
    same "$parent" "@{known%% *}" || continue
    kin="$kin $child"
    children="$children $child"
    grew=1
  done
done

for known in $groups; do
  pgid=@{known%%/*}
  IFS=/
  set -- @{known#*/}
  unset IFS
  for member; do
    pid=@{member%%:*}
    same "$pid" "@{member#*:}" || continue
    if [ "$group" = "$pgid" ]; then kill -KILL "-$pgid"; else kill -KILL "$pid"; fi 2>/dev/null
  done
done
for member in $children; do
  if same "@{member%%:*}" "@{member#*:}"; then kill -KILL "@{member%%:*}" 2>/dev/null; fi
done

round=0
quiet=0
while [ $round -lt 250 ] && [ $quiet -lt 2 ]; do
  round=$((round + 1))
  found=
  files=
  for pid in $(carriers); do
    if number "$pid" && [ "$pid" -ne $$ ] && look "$pid"; then
      found="$found $pid:$start"
      files="$files /proc/$pid/environ"
    fi
  done
  if [ -z "$found" ]; then
    quiet=$((quiet + 1))
    continue
  fi
  quiet=0
  again=" $(echo $(carriers $files)) "
  for member in $found; do
    pid=@{member%%:*}
    case $again in *" $pid "*) ;; *) continue ;; esac
    same "$pid" "@{member#*:}" || continue
    # By one signal to the whole group, if it is one that we were told of: none of it can fork past that.
    case $groups in *" $group/"*) kill -KILL "-$group" ;; *) kill -KILL "$pid" ;; esac 2>/dev/null
  done
  # Who fork as fast as they are ended leave no time for this.
  [ $((round % 5)) -ne 0 ] || sleep 0.02 2>/dev/null || sleep 1
done
[ $quiet -ge 2 ]
`.replaceAll('@{', '${');
