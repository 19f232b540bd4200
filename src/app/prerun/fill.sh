# fill
__dd_heroku_part() { # NAME PART: leaves the part in `got`; 1 when the variable is unset, 2 when the part is not there
  local raw=${!1-} rest authority user='' byte decoded='' hosts one port
  got=''
  [ -n "$raw" ] || return 1
  case $2 in
    '') got=$raw; return 0 ;;
    file)
      got=${file%/*}/$1.pem
      (umask 077 && rm -f "$got" && printf '%s\n' "$raw" >"$got")
      return ;;
  esac
  rest=${raw#*://}
  rest=${rest%%,"${raw%%://*}"://*}
  authority=${rest%%[/?#]*}
  if [[ $authority != *@* && $rest =~ ^([^/?#@]*:[^@]*)@([^/?#@]+:[0-9]+)([/?#].*)?$ ]]; then
    user=${BASH_REMATCH[1]} authority=${BASH_REMATCH[2]} rest=${BASH_REMATCH[3]} # a password with a bare slash
  else
    case $authority in *@*) user=${authority%@*} ;; esac
    rest=${rest#"$authority"} authority=${authority##*@}
  fi
  hosts=$authority authority=${authority%%,*}
  case $2 in
    scheme) case $raw in *://*) got=${raw%%://*} got=${got,,} ;; esac ;;
    tls)
      case ${raw,,} in
        rediss:*|amqps:*|https:*|mongodb+srv:*|kafka+ssl:*|*[?\&]tls=true*|*[?\&]ssl=true*) got=true ;; *) got=false ;;
      esac ;;
    hosts)
      __dd_heroku_usual_port "${raw,,}"
      while [ -n "$hosts" ]; do
        one=${hosts%%,*} hosts=${hosts#"$one"} hosts=${hosts#,}
        case $one in *:*[0-9]) ;; *) one=$one${port:+:$port} ;; esac
        got+=${got:+,}$one
      done ;;
    host) case $authority in \[*) got=${authority#\[} got=${got%%\]*} ;; *) got=${authority%%:*} ;; esac ;;
    port)
      got=${authority##*[]:]}
      case $authority in *:*[0-9]) ;; *) got='' ;; esac
      case $got in
        *[!0-9]*) got='' ;;
        '') __dd_heroku_usual_port "${raw,,}"; got=$port ;;
      esac ;;
    user) got=${user%%:*} ;;
    password) case $user in *:*) got=${user#*:} ;; esac ;;
    path) got=${rest%%[?#]*} ;;
    db) got=${rest%%[?#]*} got=${got#/} got=${got%/} ;;
  esac
  while [[ $got == *%* ]]; do
    decoded+=${got%%\%*} got=${got#*\%}
    case $got in
      00*) decoded+=%00 got=${got:2} ;;
      [0-9A-Fa-f][0-9A-Fa-f]*) printf -v byte "\\x${got:0:2}"; decoded+=$byte got=${got:2} ;;
      *) decoded+=% ;;
    esac
  done
  got=$decoded$got
  [ -n "$got" ] || return 2
}
__dd_heroku_usual_port() { # URL: leaves the port that its scheme is known for in `port`
  case $1 in
    mongodb+srv:*) port='' ;;
    postgres*) port=5432 ;; redis*) port=6379 ;; mysql*) port=3306 ;; mongodb*) port=27017 ;; amqps*) port=5671 ;;
    amqp*) port=5672 ;; https*) port=443 ;; http*) port=80 ;; kafka+ssl*) port=9096 ;; *) port='' ;;
  esac
}
__dd_heroku_escape() { # makes `got` fit between YAML's double quotes
  local i c out=''
  got=${got//\\/\\\\}
  got=${got//\"/\\\"}
  got=${got//$'\n'/\\n}
  got=${got//$'\xc2\x85'/\\N}
  got=${got//$'\xe2\x80\xa8'/\\L}
  got=${got//$'\xe2\x80\xa9'/\\P}
  got=${got//$'\xef\xbb\xbf'/\\uFEFF}
  [[ $got == *[[:cntrl:]]* || $got == *$'\xc2'[$'\x80'-$'\x9f']* ]] || return 0
  for ((i = 0; i < ${#got}; i++)); do
    c=${got:i:1}
    case ${got:i:2} in
      [[:cntrl:]]*) printf -v c '\\x%02x' "'$c" ;;
      $'\xc2'[$'\x80'-$'\x9f']) i=$((i + 1)); printf -v c %d "'${got:i:1}"; printf -v c '\\x%02x' "$((c & 255))" ;;
    esac
    out+=$c
  done
  got=$out
}
__dd_heroku_fill() {
  local file lines line kept block item lost inside indent count whole starts head rest name part got status quotes plain
  local LC_ALL=C IFS=$' \t\n'
  for file in "$DD_CONF_DIR"/conf.d/*.d/*.yaml; do
    [ -r "$file" ] && mapfile -t lines <"$file" || continue
    lines=("${lines[@]%$'\r'}")
    [ "${lines[0]-}" = '# dd-heroku: fill' ] || continue
    lines[0]='# dd-heroku: filled'
    kept='' block='' item='' lost='' inside='' indent='' count=0 whole=0
    for line in "${lines[@]}" end:; do
      starts=''
      if [[ $line == [!\ $'\t'\#-]* ]]; then
        starts=part
      elif [[ $inside && $line =~ ^([[:space:]]*)-([[:space:]]|$) ]]; then
        indent=${indent:-x${BASH_REMATCH[1]}}
        [ "$indent" != "x${BASH_REMATCH[1]}" ] || starts=item
      fi
      if [ -n "$starts" ]; then # what came before is one instance, or what stands around them: it stays or goes whole
        if [ -z "$lost" ]; then
          kept+=$block whole=$((whole + ${#item}))
        elif [ -z "$item" ]; then
          kept='' count=1 whole=0
          break
        fi
        block='' lost='' item=''
        if [ "$starts" = item ]; then
          item=1 count=$((count + 1))
        else
          indent='' inside=''
          [[ $line != instances:* ]] || inside=1
        fi
      fi
      [ -z "$lost" ] || continue
      if ! [[ $line =~ ^([[:space:]]*(-[[:space:]]+)?([^:\"\'#]+:[[:space:]]+)?)([^#[:space:]].*)$ && ${BASH_REMATCH[4]} == *'${'* ]]; then
        block+=$line$'\n'
        continue
      fi
      head=${BASH_REMATCH[1]} rest=${BASH_REMATCH[4]} plain=''
      case $rest in [\"\[\{]*) ;; *) plain=1 rest=${rest%%[[:space:]]#*} ;; esac
      line=''
      while [[ $rest == *'${'*'}'* ]]; do
        line+=${rest%%'${'*} rest=${rest#*'${'}
        name=${rest%%\}*} rest=${rest#*\}}
        part=${name#"${name%%.*}"}
        status=0
        __dd_heroku_part "${name%%.*}" "${part#.}" || status=$?
        if [ "$status" != 0 ]; then
          if [ "$status" = 1 ] || [[ $head =~ ^[[:space:]]*- ]]; then
            printf 'dd-heroku: an instance of %s is left out: %s is not there\n' "${file##*/conf.d/}" "$name" >&2
            lost=1
          fi
          continue 2
        fi
        quotes=${line//[!\"]/}
        ((plain || ${#quotes} % 2 == 0)) || __dd_heroku_escape
        line+=$got
      done
      got=$line$rest
      if ((plain)) && [[ $got == *[!0-9]* && $part != .tls ]]; then
        __dd_heroku_escape
        got=\"$got\"
      fi
      block+=$head$got$'\n'
    done
    rm -f "$file"
    ((count > 0 && whole == 0)) || (umask 077 && printf %s "$kept" >"$file")
  done
}
[ -n "${__dd_heroku_ready-}" ] || [ ! -d "${DD_CONF_DIR-}/conf.d" ] || __dd_heroku_fill || :
unset -f __dd_heroku_part __dd_heroku_usual_port __dd_heroku_escape __dd_heroku_fill
