/** The shells that have a completion. */
export const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

/** The last line of `mcc complete` if the shell must offer paths too. */
export const filesMark = ":files";

/**
 * Returns the script that a shell sources to complete the programs' arguments. The script calls `mcc complete`, which
 * knows the table of commands and the names in the daemon. Each line of the output is a word, a tab and a description.
 */
export function completionScript(shell: Shell, programs: readonly string[]): string {
  return scripts[shell](programs.join(" "));
}

const scripts: Readonly<Record<Shell, (programs: string) => string>> = {
  // Bash splits words at = and :, and replaces only the last part with the completion.
  bash: (programs) => `_mcc() {
  local program=\${COMP_WORDS[0]##*/} rest=\${COMP_LINE:0:COMP_POINT} part word files=
  local -a words=()
  for part in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ \${#words[@]} == 0 || $rest == [[:space:]]* ]]; then
      words+=("$part")
      rest=\${rest#"\${rest%%[![:space:]]*}"}
    else
      words[-1]+=$part
    fi
    rest=\${rest#"$part"}
  done
  [[ $part == [=:] ]] && part=
  local begun=\${words[-1]%"$part"}
  if [[ $program == mcc-* ]]; then
    words[0]=\${program#mcc-}
  else
    words=("\${words[@]:1}")
  fi
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    if [[ $word == ${filesMark} ]]; then
      files=yes
    else
      COMPREPLY+=("\${word#"$begun"}")
    fi
  done < <(mcc complete -- "\${words[@]}" 2>/dev/null)
  if [[ $files && \${#COMPREPLY[@]} == 0 ]]; then
    compopt -o default
  elif [[ $files ]]; then
    while read -r word; do
      [[ -d $word ]] && word+=/
      printf -v word %q "$word"
      COMPREPLY+=("$word")
    done < <(compgen -f -- "$part")
  fi
  if [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *[:/] ]]; then
    compopt -o nospace
  fi
}
complete -F _mcc ${programs}`,

  zsh: (programs) => `_mcc() {
  local program=\${words[1]:t} line word files=
  local -a written=("\${(@)words[2,CURRENT]}") offered begun
  [[ $program == mcc-* ]] && written=("\${program#mcc-}" "\${written[@]}")
  for line in "\${(@f)$(mcc complete -- "\${written[@]}" 2>/dev/null)}"; do
    word=\${line%%$'\\t'*}
    if [[ $line == ${filesMark} ]]; then
      files=yes
    elif [[ $word == *: ]]; then
      begun+=("\${word//:/\\\\:}:\${line#*$'\\t'}")
    elif [[ -n $line ]]; then
      offered+=("\${word//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  (( $#offered )) && _describe mcc offered
  (( $#begun )) && _describe mcc begun -S ''
  if [[ -n $files ]]; then
    [[ $PREFIX == --*=* ]] && compset -P '*='
    _files
  fi
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
  for line in (mcc complete -- $words "$current" 2>/dev/null)
    if test "$line" = ${filesMark}
      set -l option (string match -r -- '^--[a-z-]+=' "$current"; or echo)
      printf '%s\\n' "$option"(__fish_complete_path (string replace -r -- '^--[a-z-]+=' '' "$current"))
    else
      printf '%s\\n' "$line"
    end
  end
end
for program in ${programs}
  complete -c $program -f -a '(__mcc_complete)'
end`,
};
