#!/bin/sh
# Takes `key=value` pairs.
. "$1"
if [ -n "$fail" ]; then echo "{\"failed\": true, \"msg\": \"told to: $fail\"}"; exit 1; fi
echo "a line before"
echo "{\"changed\": $_nothing, \"said\": \"hello $name\"}" | sed "s/\"changed\": ,/\"changed\": ${changes:-false},/"
