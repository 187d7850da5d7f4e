#!/bin/sh
# Brings Vector Flow up in a Kubernetes cluster on this machine, and down again: local.sh up | down
# Uses kind, or k3d, whichever is installed; the cluster is called vector-flow, and is its alone.
set -eu
cd "$(dirname "$0")/../.."

NAME=vector-flow
OVERLAY=deploy/k8s/overlays/local
VERSION=0.1.0

say() { printf '%s\n' "$*" >&2; }
has() { command -v "$1" > /dev/null 2>&1; }
random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

need() {
	if has kind; then TOOL=kind CONTEXT=kind-$NAME
	elif has k3d; then TOOL=k3d CONTEXT=k3d-$NAME
	else
		say 'Neither kind nor k3d is installed, so there is no cluster to bring up here. Install one of them,'
		say "or apply $OVERLAY to a cluster of yours once its images are where that cluster finds them."
		exit 1
	fi
	for tool in docker kubectl; do
		has $tool || { say "$tool is not installed, and $TOOL needs it."; exit 1; }
	done
}

cluster_exists() {
	case $TOOL in
		kind) kind get clusters 2> /dev/null | grep -qx $NAME ;;
		k3d) k3d cluster list --no-headers 2> /dev/null | grep -q "^$NAME " ;;
	esac
}

make_cluster() {
	cluster_exists && return
	case $TOOL in
		kind) kind create cluster --name $NAME --wait 120s ;;
		k3d) k3d cluster create $NAME --wait ;;
	esac
}

load_image() {
	case $TOOL in
		kind) kind load docker-image --name $NAME "$1" ;;
		k3d) k3d image import --cluster $NAME "$1" ;;
	esac
}

build_images() {
	docker build -f deploy/Dockerfile --target server -t vector-flow:$VERSION .
	docker build -f deploy/Dockerfile --target demo-camera -t vector-flow-demo-camera:$VERSION .
	load_image vector-flow:$VERSION
	load_image vector-flow-demo-camera:$VERSION
}

# Made once and kept: the database in the cluster knows the first password.
make_secrets() (
	[ -e $OVERLAY/.env.secret ] && return
	umask 077
	database_password=$(random 24)
	nats_password=$(random 24)
	echo "POSTGRES_PASSWORD=$database_password" > $OVERLAY/.env.postgres
	echo "NATS_PASSWORD=$nats_password" > $OVERLAY/.env.nats
	cat > $OVERLAY/.env.secret <<-EOF
		DATABASE_URL=postgres://vectorflow:$database_password@postgres:5432/vectorflow
		NATS_URL=nats://vectorflow:$nats_password@nats:4222
		VF_SECRET_KEY=$(random 32)
		VF_ADMIN_EMAIL=admin@example.org
		VF_ADMIN_PASSWORD=$(random 12)
		VF_METRICS_TOKEN=$(random 24)
		VF_WEBHOOK_TOKEN=$(random 24)
	EOF
)

up() {
	need
	make_cluster
	build_images
	make_secrets
	kubectl --context $CONTEXT apply -k $OVERLAY
	for workload in statefulset/postgres statefulset/nats deployment/vector-flow-web deployment/vector-flow-worker; do
		kubectl --context $CONTEXT -n vector-flow rollout status $workload --timeout=300s
	done
	say ''
	say "It runs. Open a way in:  kubectl --context $CONTEXT -n vector-flow port-forward service/vector-flow 3000:80"
	say "Then http://localhost:3000, as $(sed -n 's/^VF_ADMIN_EMAIL=//p' $OVERLAY/.env.secret) with $(sed -n 's/^VF_ADMIN_PASSWORD=//p' $OVERLAY/.env.secret)"
	say 'A camera to add: rtsp://demo-camera:8554/junction (or /concourse, /yard)'
	say "See it move: kubectl --context $CONTEXT -n vector-flow delete pod -l app.kubernetes.io/component=worker --wait=false"
}

down() {
	need
	case $TOOL in
		kind) kind delete cluster --name $NAME ;;
		k3d) k3d cluster delete $NAME ;;
	esac
	# They belong to the database and the NATS that went with the cluster.
	rm -f $OVERLAY/.env.secret $OVERLAY/.env.postgres $OVERLAY/.env.nats
}

case ${1:-} in
	up) up ;;
	down) down ;;
	*)
		say 'Use: deploy/k8s/local.sh up | down'
		exit 2
		;;
esac
