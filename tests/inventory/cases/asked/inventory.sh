#!/bin/sh
if [ "$1" = --list ]; then
  echo '{"web": {"hosts": ["a", "b"]}}'
elif [ "$2" = a ]; then
  echo '{"asked": "yes, for a"}'
fi
