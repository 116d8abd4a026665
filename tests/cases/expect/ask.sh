#!/bin/sh
# Asks as programs do that want a person: at the terminal, not at the input.
exec </dev/tty >/dev/tty
printf 'Name: '; read name
stty -echo; printf 'Password: '; read password; stty echo; echo
printf 'Sure? '; read first
printf 'Sure? '; read second
echo "$name/$password/$first/$second"
