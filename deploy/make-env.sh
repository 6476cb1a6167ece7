#!/bin/sh
# Writes .env for compose.yaml, with fresh secrets. An existing one stays as it is.
set -eu
cd "$(dirname "$0")/.."
if [ -e .env ]; then
  echo ".env is there already; delete it for fresh secrets (the ones in use are in the volumes, too)" >&2
  exit 0
fi
secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
umask 077
cat > .env <<END
POSTGRES_PASSWORD=$(secret)
REDIS_PASSWORD=$(secret)
TOKEN_SECRET=$(secret)
OPS_TOKEN=$(secret)
END
echo "wrote .env; the operators' token in it opens http://127.0.0.1:8080/ops" >&2
