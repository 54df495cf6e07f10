#!/bin/sh
# A leader whose only child has neither marker nor session in common with it, and listens on a port.
env -i PATH="$PATH" setsid node "$(dirname "$0")/port-listener.mjs"
