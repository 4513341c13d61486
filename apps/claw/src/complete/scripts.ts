/** What a shell needs to ask `claw complete` for the next word. The words come one a line, and hold no letter that a shell reads as anything else. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# claw completion for bash. In ~/.bashrc: source <(claw completion bash)
_claw() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(claw complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _claw claw
`,
  zsh: `#compdef claw
# claw completion for zsh. In ~/.zshrc, behind compinit: source <(claw completion zsh)
_claw() {
  local -a found
  found=(\${(f)"$(claw complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  (( \${#found} )) && compadd -- $found
}
compdef _claw claw
`,
  fish: `# claw completion for fish. Once: claw completion fish > ~/.config/fish/completions/claw.fish
function __claw_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  claw complete -- $words[2..-1] "$current" 2>/dev/null
end
complete -c claw -f -a '(__claw_complete)'
`,
};
