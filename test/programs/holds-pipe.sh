#!/bin/sh
# Ends soon; a grandchild in a session of its own keeps stdout and stderr.
setsid sh -c 'echo ready $$; while :; do sleep 0.2; done' &
sleep 0.1
exit 0
