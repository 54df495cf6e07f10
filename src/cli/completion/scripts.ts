/** The completion functions of the shells: each asks the program what may follow. */

/** `ask`: program and arguments that answer, as words of a shell. */
type Script = (ask: string) => string;

export const SCRIPTS: Readonly<Record<'bash' | 'zsh' | 'fish', Script>> = {
  // Readline replaces its own last word, $2, which begins behind a `=` or `:` (COMP_WORDBREAKS) or a quote.
  bash: (ask) => `_devtool_mcp() {
  local reply
  COMPREPLY=()
  while IFS= read -r reply; do
    COMPREPLY+=("$reply")
  done < <(${ask} __complete "\${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
  [[ \${#COMPREPLY[@]} == 1 && "\${COMPREPLY[0]}" == *[=/] ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _devtool_mcp devtool-mcp
`,
  zsh: (ask) => `#compdef devtool-mcp
_devtool_mcp() {
  local -a replies open
  replies=("\${(@f)$(${ask} __complete "\${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)}")
  open=("\${(@M)replies:#*[=/]}")
  replies=("\${(@)replies:#*[=/]}")
  (( \${#open} )) && compadd -S '' -- "\${open[@]}"
  (( \${#replies} )) && compadd -- "\${(@)replies:#}"
}
compdef _devtool_mcp devtool-mcp
`,
  fish: (ask) => `function __devtool_mcp_complete
  ${ask} __complete (commandline -cp) 2>/dev/null
end
complete -c devtool-mcp -f -a '(__devtool_mcp_complete)'
`,
};
