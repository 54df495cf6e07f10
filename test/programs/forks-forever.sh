#!/bin/sh
# A chain in which each forks its successor and ends; for $1 links, each in a session of its own with SETSID set, and without the
# marker too with BARE set. Says `ready` at the first. Be sparing with $1: it is all that ends it.
[ -n "$2" ] || echo ready
[ "$1" -gt 0 ] || exit 0
if [ -n "$BARE" ]; then
  env -i BARE=1 PATH="$PATH" setsid sh "$0" $(($1 - 1)) on &
elif [ -n "$SETSID" ]; then
  setsid sh "$0" $(($1 - 1)) on &
else
  sh "$0" $(($1 - 1)) on &
fi
sleep 0.05
