#!/bin/sh
echo "script on $(hostname) with $*"
