#!/usr/bin/env bash
# Banc Ségur dans n'importe quelle chaîne d'intégration : un bac à sable, vos tests, le verdict.
# Banc Ségur in any pipeline: a sandbox, your tests, the verdict.
#
#   SUT       sut.yaml                 description du logiciel / the software's description
#   BASELINE  banc-baseline.json       report.json admis, s'il existe / report.json taken as known, if there is one
#   REPORT    banc-report              dossier des rapports / folder of the reports
#   TESTS     pytest …                 vos tests (vide : aucun) / your own tests (empty: none)
#
# Sort avec 0, 1 (un écart nouveau), 2 ou 3 / Exits with 0, 1 (a new gap), 2 or 3.
set -euo pipefail
SUT=${SUT:-sut.yaml} BASELINE=${BASELINE:-banc-baseline.json} REPORT=${REPORT:-banc-report}
TESTS=${TESTS-pytest --junitxml="$REPORT/pytest.xml"}
export REPORT
mkdir -p "$REPORT"

command -v banc >/dev/null || pip install banc-segur

# Une ligne JSON dit que tout écoute / One JSON line says that everything listens.
coproc SANDBOX { exec banc up --port-base 0 2>"$REPORT/sandbox.log"; }
sandbox=$SANDBOX_PID
trap 'kill "$sandbox" 2>/dev/null || true' EXIT
if ! read -r -t 60 _ <&"${SANDBOX[0]}"; then
  cat "$REPORT/sandbox.log" >&2
  exit 3
fi

set -a
eval "$(banc env)" # BANC_PSC_ISSUER, BANC_CA_FILE… pour votre logiciel / for your software
BANC_SANDBOX=$BANC_CONTROL
set +a

code=0
if [ -n "$TESTS" ]; then
  bash -c "$TESTS" || code=1
fi

known=()
if [ -f "$BASELINE" ]; then
  known=(--baseline "$BASELINE")
fi
judged=0
banc run --sut "$SUT" --report "$REPORT" "${known[@]}" || judged=$?
if [ "$judged" -gt "$code" ]; then
  code=$judged
fi
exit "$code"
