#!/bin/sh
# Answers SIGTERM with more children, each of which does the same once.
trap 'for n in 1 2 3; do sh -c "trap : TERM; while :; do sleep 0.1; done" & done' TERM
echo ready
while :; do sleep 0.1; done
