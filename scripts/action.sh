#!/usr/bin/env bash
# What action.yml runs: annotations in the log, a summary of the job, and where it is wanted SARIF and a comment. The exit code is uniqlint's.
set -uo pipefail

arguments=()
since="${UNIQLINT_SINCE:-}"
if [ -z "$since" ] && [ -n "${GITHUB_BASE_REF:-}" ]; then since="origin/$GITHUB_BASE_REF"; fi
if [ -n "$since" ] && [ "$since" != all ]; then arguments+=(--since "$since"); fi
if [ -n "${UNIQLINT_SARIF:-}" ]; then arguments+=(--report "sarif=$UNIQLINT_SARIF"); fi

summary="$(mktemp)"
trap 'rm -f "$summary"' EXIT

# The project's own version, where it has one, in a workspace maybe further up: npx takes it when no other is named.
package="uniqlint@${UNIQLINT_VERSION:-latest}"
folder="$PWD"
while :; do
  if [ -e "$folder/node_modules/.bin/uniqlint" ]; then package=uniqlint; fi
  if [ "$folder" = "${GITHUB_WORKSPACE:-/}" ] || [ "$folder" = / ]; then break; fi
  folder="$(dirname "$folder")"
done

# UNIQLINT_ARGS is a command line, so its words are to be split.
# shellcheck disable=SC2086
npx --yes "$package" --format github --report "markdown=$summary" ${arguments[@]+"${arguments[@]}"} ${UNIQLINT_ARGS:-}
status=$?

if [ -s "$summary" ]; then
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$summary" >>"$GITHUB_STEP_SUMMARY"; fi
  if [ "${UNIQLINT_COMMENT:-}" = true ] && [ -n "${PULL_REQUEST:-}" ]; then
    # A fork's token may not write: the annotations are there all the same.
    gh pr comment "$PULL_REQUEST" --body-file "$summary" --edit-last --create-if-none || echo "::warning::uniqlint could not comment on the pull request"
  fi
fi
exit "$status"
