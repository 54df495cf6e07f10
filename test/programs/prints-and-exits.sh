#!/bin/sh
# One line on each stream, the last without its newline; ends with its argument (0).
echo out
echo err >&2
printf 'last words'
exit "${1:-0}"
