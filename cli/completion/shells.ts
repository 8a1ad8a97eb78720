/** The shells that there is a completion for. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** What `mcc complete` prints where the shell shall complete a path. */
export const filesMark = ":files";

/**
 * The text that a shell reads to complete the programs' words. It asks `mcc complete`, which knows the table of
 * commands and what the daemon has; a line of its answer is a word, a tab and what that is.
 */
export function completionScript(shell: Shell, programs: readonly string[]): string {
  return scripts[shell](programs.join(" "));
}

const scripts: Readonly<Record<Shell, (programs: string) => string>> = {
  bash: (programs) => `_mcc() {
  local program=\${COMP_WORDS[0]##*/} word
  local -a words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  [[ $program == mcc-* ]] && words=("\${program#mcc-}" "\${words[@]}")
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    if [[ $word == ${filesMark} ]]; then
      compopt -o default
      return
    fi
    COMPREPLY+=("$word")
  done < <(mcc complete -- "\${words[@]}" 2>/dev/null)
}
complete -F _mcc ${programs}`,

  zsh: (programs) => `_mcc() {
  local program=\${words[1]:t} line
  local -a written=("\${(@)words[2,CURRENT]}") offered
  [[ $program == mcc-* ]] && written=("\${program#mcc-}" "\${written[@]}")
  for line in "\${(@f)$(mcc complete -- "\${written[@]}" 2>/dev/null)}"; do
    if [[ $line == ${filesMark} ]]; then
      _files
      return
    fi
    [[ -n $line ]] && offered+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe mcc offered
}
compdef _mcc ${programs}`,

  fish: (programs) => `function __mcc_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l program (string replace -r '.*/' '' -- $words[1])
  set -e words[1]
  if string match -q 'mcc-*' -- $program
    set -p words (string replace mcc- '' -- $program)
  end
  set -l offered (mcc complete -- $words "$current" 2>/dev/null)
  if test "$offered" = ${filesMark}
    __fish_complete_path "$current"
  else
    printf '%s\\n' $offered
  end
end
for program in ${programs}
  complete -c $program -f -a '(__mcc_complete)'
end`,
};
