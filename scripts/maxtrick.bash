# Bash completion for maxtrick. It reads the commands and options from the program's own --help.
_maxtrick() {
  local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command='' words='' i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    if [[ ${COMP_WORDS[i]} != -* ]]; then
      command=${COMP_WORDS[i]}
      break
    fi
  done
  COMPREPLY=()
  case $before in
    --variant)
      words=$("$program" list --format csv 2>/dev/null | sed -n '2,$s/,.*//p') ;;
    --format) words='table csv json' ;;
    --reduction) words='none sum mean rows kept weights' ;;
    --dtype) words='float32 float64 float16 bfloat16 float16_in_float32 bfloat16_in_float32' ;;
    -o | --output | --baseline | --tables | --export | --input | --junit | --plugin | --logits | --bias | --mask | \
      --sink | --labels | --targets | --weights | --sample-weights | --b | --dy | --values | --pos-weight | --expect | \
      --expect-gradient | --output-gradient | --result | --result-gradient)
      return ;;  # a path: the shell's own way
    --filter | --set | --plugin-limit | -j | --jobs | --shape | --axis | --scale | --temperature | --soft-cap | \
      --label-smoothing | --ignore-index | --divisor | --gamma | --factor | --ulp | --rtol | --atol | --worst)
      return ;;
    *)
      if [[ ! $command ]]; then
        words=$("$program" --help 2>/dev/null |
          sed -n '/^Subcommands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p; s/^  .*\(--[a-z][a-z-]*\).*/\1/p')
      elif [[ $word == -* ]]; then
        words=$("$program" "$command" --help 2>/dev/null |
          sed -n 's/^  \(-[^ ]*\).*/\1/p' | tr ',' '\n')
      else
        case $command in
          list) words='variants experiments configs' ;;
          eval | judge)
            words=$("$program" "$command" --help 2>/dev/null | sed -n 's/^  OP .*the op: //p' | tr -d ',') ;;
        esac
      fi
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o bashdefault -o default -F _maxtrick maxtrick
