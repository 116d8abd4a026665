#!/bin/sh
echo "script in $(basename "$PWD") with $*"
