#!/usr/bin/env bash
# Takes the pictures in docs/images, of the compiled program in a real terminal and of the plugin in a real editor. Needs Debian's tmux, neovim,
# aha and chromium, and `npm run build`.
set -euo pipefail
cd "$(dirname "$0")/../.."
own="$PWD"
work="$(mktemp -d)"
trap 'tmux -L uniqlint-pictures kill-server 2>/dev/null || true; rm -rf "$work"' EXIT
screen() { tmux -L uniqlint-pictures "$@"; }

# wait_for TEXT TIMES: until the screen shows TEXT so often.
wait_for() {
  for _ in $(seq 600); do
    if [ "$(screen capture-pane -p | grep -cE "$1")" -ge "$2" ]; then return; fi
    sleep 0.5
  done
  echo "the screen never showed: $1" >&2
  exit 1
}

# take NAME COLUMNS: the screen as docs/images/NAME.png.
take() {
  screen capture-pane -e -p | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' | aha --no-header --black >"$work/body"
  { echo '<meta charset="utf-8"><style>body { margin: 0; background: #1b1d23; color: #d6d8de } pre { margin: 0; padding: 14px 16px; font: 13px/17px "DejaVu Sans Mono" }</style><pre>'; cat "$work/body"; echo '</pre>'; } >"$work/page.html"
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=$(($2 * 8 + 20)),$(($(wc -l <"$work/body") * 17 + 28)) --screenshot="$own/docs/images/$1.png" "$work/page.html" 2>"$work/chromium.log"
  screen kill-server
}

cp -r fixtures/incidents/tenant-reference/before "$work/terminal"
printf '#!/bin/sh\nexec node "%s/dist/src/cli/main.js" "$@"\n' "$own" >"$work/uniqlint"
chmod +x "$work/uniqlint"
screen new-session -d -x 100 -y 60 "cd '$work/terminal' && PATH='$work':\$PATH PS1='\$ ' bash --norc"
sleep 1
screen send-keys "uniqlint --quiet" Enter
wait_for "site resolved" 1
take terminal 100

cp -r bench/pictures/project "$work/editor"
mkdir -p "$work/editor/node_modules"
ln -s "$own" "$work/editor/node_modules/uniqlint"
for name in eslint typescript-eslint; do ln -s "$own/node_modules/$name" "$work/editor/node_modules/$name"; done
export ESLINT_SERVER="$own/node_modules/vscode-langservers-extracted/bin/vscode-eslint-language-server"
screen new-session -d -x 132 -y 42 "cd '$work/editor' && nvim -u '$own/bench/pictures/editor.lua' -o3 src/users.ts prisma/schema.prisma prisma/migrations/2_email/migration.sql"
sleep 2
screen send-keys ":1wincmd w | resize 11" Enter ":2wincmd w | resize 13" Enter ":3wincmd w | 2" Enter
wait_for "^[EW] " 3
screen send-keys ":silent lua vim.lsp.buf.code_action()" Enter
wait_for "Code actions" 1
take editor 132
