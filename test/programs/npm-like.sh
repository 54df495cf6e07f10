#!/bin/sh
# As npm: answers SIGTERM by ending at once, while its script's last words come half a second later. PORT as port-listener.mjs.
trap 'exit 143' TERM
node "$(dirname "$0")/port-listener.mjs" --slow &
wait
