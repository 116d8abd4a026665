#!/bin/sh
# Writes data/: texts encrypted by ansible-vault. Run with ansible-core installed, from this folder.
set -eu
mkdir -p data
cd data
printf 'first password\n' > password
printf 'second password' > password2
printf 'plain text\nwith üñí and no end' > plain
ansible-vault encrypt --vault-password-file password --output whole.1.1 plain
ansible-vault encrypt --vault-id dev@password --encrypt-vault-id dev --output whole.1.2 plain
printf '' | ansible-vault encrypt --vault-password-file password --output empty
{
  printf '# a comment\nbefore: 1\n'
  ansible-vault encrypt_string --vault-password-file password --name one 'first value'
  printf '# between\nlist:\n  - '
  ansible-vault encrypt_string --vault-id dev@password2 --encrypt-vault-id dev 'second: value'
  printf 'after: [a, b]   # behind\n'
  printf 'line one\nline two\n' | ansible-vault encrypt_string --vault-password-file password --stdin-name lines
} > values.yml
