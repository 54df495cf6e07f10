#!/bin/sh
# A leader that ends at once and leaves a child in its group that says `ready PID`; with BARE set without the marker.
if [ -n "$BARE" ]; then set -- env -i PATH="$PATH" IGNORE_TERM="$IGNORE_TERM"; fi
"$@" sh -c '[ -z "$IGNORE_TERM" ] || trap "" TERM; echo ready $$; exec </dev/null >/dev/null 2>&1; while :; do sleep 0.2; done' &
