#!/bin/sh
# Makes the secrets of this installation, once: .env for Compose, and the token Prometheus reads /metrics with.
set -eu
cd "$(dirname "$0")"

random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

if [ -e .env ]; then
	# Made by an earlier version, it has no secret yet for what Grafana sends.
	if ! grep -q '^VF_WEBHOOK_TOKEN=' .env; then
		echo "VF_WEBHOOK_TOKEN=$(random 24)" >> .env
		echo "Added VF_WEBHOOK_TOKEN to deploy/compose/.env."
		exit 0
	fi
	echo "deploy/compose/.env is there already; nothing changed."
	exit 0
fi

umask 077
admin_email=${1:-admin@example.org}
admin_password=$(random 12)
metrics_token=$(random 24)

mkdir -p secrets
printf '%s' "$metrics_token" > secrets/metrics-token
# Prometheus runs as another user; the folder around it is closed to the others of this machine.
chmod 644 secrets/metrics-token

cat > .env.new <<EOF
# Secrets of this installation. Keep a copy: without VF_SECRET_KEY the stored camera passwords cannot be read.
VF_SECRET_KEY=$(random 32)
POSTGRES_PASSWORD=$(random 24)
NATS_PASSWORD=$(random 24)
VF_METRICS_TOKEN=$metrics_token
VF_WEBHOOK_TOKEN=$(random 24)
GRAFANA_ADMIN_PASSWORD=$(random 12)
VF_ADMIN_EMAIL=$admin_email
VF_ADMIN_PASSWORD=$admin_password

# The address people open. Behind a reverse proxy: https://cameras.example.org
ORIGIN=http://localhost:3000
# On which address of this machine the server listens; 0.0.0.0 for all of them.
LISTEN=127.0.0.1
# What the server does itself. With workers beside it (--profile workers) it may leave the cameras to them: web,relay
SERVER_ROLES=web,worker,relay
EOF
mv .env.new .env

echo "Made deploy/compose/.env. Sign in as $admin_email with $admin_password"
