#!/bin/sh
# Ends at once; a grandchild in a session of its own keeps stdout and stderr.
setsid sh -c 'echo held $$; while :; do sleep 0.2; done' &
sleep 0.1
exit 0
