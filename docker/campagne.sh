#!/usr/bin/env bash
# Monte le bac à sable et l'application témoin, chacun dans son conteneur, y joue une campagne, puis démonte tout.
#
#   docker/campagne.sh RAPPORT [options de banc run…]     par exemple : docker/campagne.sh rapport --scenario 'UC1.*'
#
# Le dossier RAPPORT reçoit les rapports. Le code de sortie est celui de banc run : 0 conforme, 1 non conforme, 2, 3.
set -euo pipefail
[ $# -gt 0 ] || { echo "campagne.sh : donnez le dossier des rapports / give the folder of the reports" >&2; exit 2; }
mkdir -p "$1"
BANC_RAPPORT=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")"
export BANC_RAPPORT
export BANC_TOKEN=${BANC_TOKEN:-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}
export COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-banc-campagne-$$}
for port in CONTROL PSC WALLET INSI INSI_MTLS DMP SMTP SUBMISSION SUBMISSION_TLS IMAP IMAP_TLS; do
  export "BANC_PORT_$port="  # ports libres : rien hors des conteneurs n'en a besoin
done
compose() {
  if docker compose version >/dev/null 2>&1; then set -- docker compose "$@"; else set -- docker-compose "$@"; fi
  "$1" ${2:+"$2"} "${@:3}"
}
files=(-f compose.yaml -f compose.editeur.yaml)
down() { compose "${files[@]}" --profile campagne down --volumes --timeout 2 >&2 || true; }
trap down EXIT
if ! compose "${files[@]}" up -d temoin >&2; then
  compose "${files[@]}" logs --tail 30 >&2 || true
  exit 3
fi
compose "${files[@]}" run --rm -T --user "$(id -u):$(id -g)" campagne run --sut /sut/sut.yaml --report /rapport "$@"
