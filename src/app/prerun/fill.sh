# fill
__dd_heroku_decode() { # TEXT: leaves it in `got`, percent-decoded
  local rest=$1 byte
  got=''
  while [[ $rest == *%* ]]; do
    got+=${rest%%\%*} rest=${rest#*\%}
    case $rest in
      00*) got+=%00 rest=${rest:2} ;;
      [0-9A-Fa-f][0-9A-Fa-f]*) printf -v byte "\\x${rest:0:2}"; got+=$byte rest=${rest:2} ;;
      *) got+=% ;;
    esac
  done
  got+=$rest
}
__dd_heroku_usual_port() { # SCHEME: leaves the port that it is known for in `usual`
  case $1 in
    *+srv) usual='' ;; kafka+ssl) usual=9096 ;; amqps*|amqp+ssl|amqp+tls) usual=5671 ;;
    *) case ${1%%+*} in
         postgres|postgresql) usual=5432 ;; redis|rediss|valkey|valkeys) usual=6379 ;; mysql|mysql2|mariadb) usual=3306 ;;
         mongodb) usual=27017 ;; amqp) usual=5672 ;; kafka) usual=9092 ;; memcached|memcache) usual=11211 ;;
         mssql|sqlserver) usual=1433 ;; http) usual=80 ;; https) usual=443 ;; *) usual='' ;;
       esac ;;
  esac
}
__dd_heroku_parameter() { # [NAME]: leaves the last value of this parameter of `query` in `got`; without a name says in `tls` what the query asks for
  local all=$query item name value=''
  while [ -n "$all" ]; do
    item=${all%%&*} all=${all#"$item"} all=${all#&}
    __dd_heroku_decode "${item%%=*}"
    name=$got got=''
    [[ $item != *=* ]] || __dd_heroku_decode "${item#*=}"
    if [ -n "${1-}" ]; then
      [ "$name" != "$1" ] || value=$got
      continue
    fi
    case ${name,,}=${got,,} in
      tls=1|tls=t|tls=true|ssl=1|ssl=t|ssl=true|usessl=1|usessl=t|usessl=true) tls=true ;;
      tls=0|tls=f|tls=false|ssl=0|ssl=f|ssl=false|usessl=0|usessl=f|usessl=false) tls=false ;;
      ssl[-_]mode=require|ssl[-_]mode=required|ssl[-_]mode=verify[-_]ca|ssl[-_]mode=verify[-_]full) tls=true ;;
      sslmode=require|sslmode=required|sslmode=verify[-_]ca|sslmode=verify[-_]full) tls=true ;;
      ssl[-_]mode=verify[-_]identity|sslmode=verify[-_]identity) tls=true ;;
      sslmode=*|ssl[-_]mode=*) tls=false ;;
    esac
  done
  got=$value
}
__dd_heroku_part() { # NAME PART [IN A URL]: leaves the part in `got`; 1 when there is no such variable or URL, 2 when it lacks the part
  local raw scheme='' rest url credentials='' hosts='' tail='' path query='' host='' port='' first='' usual tls list='' item name
  got=''
  [[ $1 == [A-Za-z_]* && $1 != *[!A-Za-z0-9_]* ]] || return 1
  raw=${!1-}
  [ -n "$raw" ] || return 1
  case $2 in
    '') got=$raw; return 0 ;;
    file)
      got=${file%/*}/$1.pem
      (umask 077 && rm -f "$got" && printf '%s\n' "$raw" >"$got")
      return ;;
  esac
  raw=${raw#"${raw%%[![:space:]]*}"} raw=${raw%"${raw##*[![:space:]]}"}
  case $raw in [Jj][Dd][Bb][Cc]:*) raw=${raw:5} ;; esac
  rest=$raw
  case $raw in
    ://*) return 1 ;;
    *://*) scheme=${raw%%://*} rest=${raw#*://} ;;
  esac
  [[ $scheme != *[!A-Za-z0-9+.-]* ]] || return 1
  rest+=,$scheme://
  while [ -n "$rest" ]; do # a list of URLs
    url=${rest%%",$scheme://"*} rest=${rest#*",$scheme://"} item=''
    if [[ ${url%%[/?#]*} == *@* ]]; then
      item=${url%%[/?#]*} item=${item%@*} url=${url#"$item@"}
    elif [[ $url =~ ^([^/?#@]*:[^@]*)@([^/?#@,]+:[0-9]+([,/?#].*)?)$ ]]; then
      item=${BASH_REMATCH[1]} url=${BASH_REMATCH[2]} # a password with a bare slash
    fi
    [ -n "$first" ] || first=1 credentials=$item tail=${url#"${url%%[/?#]*}"}
    hosts+=${url%%[/?#]*},
  done
  tail=${tail%%#*} path=${tail%%\?*} first=''
  case $tail in *\?*) query=${tail#*\?} ;; esac
  scheme=${scheme,,}
  __dd_heroku_usual_port "$scheme"
  while [ -n "$hosts" ]; do
    item=${hosts%%,*} hosts=${hosts#*,} port=''
    [ -n "$item" ] || continue
    case $item in
      \[*\]*)
        name=${item#\[} port=${name#*\]} name=${name%%\]*}
        case $port in ''|:*) ;; *) return 1 ;; esac ;;
      *) name=${item%%:*} port=${item#"$name"} ;;
    esac
    port=${port#:}
    [[ $port != *[!0-9]* && ${#port} -lt 6 ]] && ((10#${port:-0} < 65536)) || return 1
    [ -z "$port" ] || port=$((10#$port))
    __dd_heroku_decode "$name"
    [[ -n $got && $got != *[[:space:][:cntrl:]@/\\]* ]] || return 1
    [ -n "$host" ] || host=$got first=$port
    case $got in *:*) got=[$got] ;; esac
    port=${port:-$usual} list+=${list:+,}$got${port:+:$port}
  done
  [ -n "$host" ] || return 1
  got=''
  case $2 in
    scheme) got=$scheme ;;
    host)
      got=$host
      case ${3-}$host in 1*:*) got=[$host] ;; esac ;;
    hosts) got=$list ;;
    port) got=${first:-$usual} ;;
    user)
      __dd_heroku_decode "${credentials%%:*}"
      [ -n "$got" ] || __dd_heroku_parameter user ;;
    password)
      case $credentials in *:*) __dd_heroku_decode "${credentials#*:}" ;; esac
      [ -n "$got" ] || __dd_heroku_parameter password ;;
    path) __dd_heroku_decode "$path" ;;
    db) path=${path#/}; __dd_heroku_decode "${path%/}" ;;
    tls)
      case $scheme in rediss|valkeys|amqps|https|*+ssl|*+tls|*+srv) tls=true ;; *) tls=false ;; esac
      __dd_heroku_parameter
      got=$tls ;;
    params.?*) __dd_heroku_parameter "${2#params.}" ;;
    *) return 1 ;;
  esac
  [ -n "$got" ] || return 2
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
__dd_heroku_expand() { # TEXT [ESCAPED]: leaves it in `got`, with the placeholders replaced
  local rest=$1 out='' part
  while [[ $rest == *'${'*'}'* ]]; do
    out+=${rest%%'${'*} rest=${rest#*'${'}
    missing=${rest%%\}*} rest=${rest#*\}} part=''
    [[ $missing != *.* ]] || part=${missing#*.}
    case $out in
      *://|*@) __dd_heroku_part "${missing%%.*}" "$part" 1 || return ;;
      *) __dd_heroku_part "${missing%%.*}" "$part" || return ;;
    esac
    [ -z "${2-}" ] || __dd_heroku_escape
    out+=$got
  done
  got=$out$rest
}
__dd_heroku_scalar() { # SCALAR: leaves it in `got`, with the placeholders replaced; what was quoted stays text
  local text=$1
  got=$1
  case $1 in
    *'${'*) ;;
    *) return 0 ;;
  esac
  case $1 in
    \"*) __dd_heroku_expand "${1#\"}" escaped || return; got=\"$got; return 0 ;;
    \'*) text=${1#\'}; __dd_heroku_expand "${text%\'}" || return ;;
    *)
      __dd_heroku_expand "$1" || return
      text=${1:2:${#1}-3}
      if [[ $1 == '${'*'}' && $text != *\}* ]]; then
        case $text in
          *.tls) return 0 ;;
          *.hosts) __dd_heroku_escape; got=[\"${got//,/\", \"}\"]; return 0 ;;
          *.host|*.scheme|*.user|*.password|*.path|*.file) ;;
          *) [[ $got == *[!0-9]* || $got == 0?* || ${#got} -gt 9 ]] || return 0 ;;
        esac
      fi ;;
  esac
  __dd_heroku_escape
  got=\"$got\"
}
__dd_heroku_flow() { # TEXT: leaves it in `got`, with the placeholders of its scalars replaced
  local rest=$1 out='' scalar piece
  while [ -n "$rest" ]; do
    case $rest in
      [][{},:]*|[[:blank:]]*) out+=${rest:0:1} rest=${rest:1}; continue ;;
      \#*) if [[ $out == *' ' ]]; then out+=$rest; break; fi ;;
    esac
    if [[ $rest =~ ^\"([^\"\\]|\\.)*\"? || $rest =~ ^\'[^\']*\'? ]]; then
      scalar=${BASH_REMATCH[0]} rest=${rest:${#BASH_REMATCH[0]}}
    else
      scalar=''
      while [ -n "$rest" ]; do
        case $rest in
          '${'*'}'*) piece=${rest%%\}*}\} ;;
          [][{},]*|': '*|' #'*) break ;;
          *) piece=${rest:0:1} ;;
        esac
        scalar+=$piece rest=${rest:${#piece}}
      done
      piece=${scalar##*[![:space:]]} scalar=${scalar%"$piece"} rest=$piece$rest
    fi
    __dd_heroku_scalar "$scalar" || return
    out+=$got
  done
  got=$out
}
__dd_heroku_fill() {
  local file lines line kept block item lost inside indent count whole starts head rest got status missing
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
      if ! [[ $line =~ ^([[:space:]]*(-[ ]+)?([^:\"\'#[{]+:[ ]+)?)([^#[:space:]].*)$ && ${BASH_REMATCH[4]} == *'${'* ]]; then
        block+=$line$'\n'
        continue
      fi
      head=${BASH_REMATCH[1]} rest=${BASH_REMATCH[4]} status=0
      case $rest in
        [\"\'\[\{]*) __dd_heroku_flow "$rest" || status=$? ;;
        *)
          line=${rest%%' #'*} line=${line%"${line##*[![:space:]]}"}
          __dd_heroku_scalar "$line" || status=$?
          got+=${rest#"$line"} ;;
      esac
      if [ "$status" = 0 ]; then
        block+=$head$got$'\n'
      elif [ "$status" = 1 ] || [[ $head =~ ^[[:space:]]*- ]]; then
        printf 'dd-heroku: an instance of %s is left out: %s is not there\n' "${file##*/conf.d/}" "$missing" >&2
        lost=1
      fi
    done
    rm -f "$file"
    ((count > 0 && whole == 0)) || (umask 077 && printf %s "$kept" >"$file")
  done
}
[ -n "${__dd_heroku_ready-}" ] || [ ! -d "${DD_CONF_DIR-}/conf.d" ] || __dd_heroku_fill || :
unset -f __dd_heroku_decode __dd_heroku_usual_port __dd_heroku_parameter __dd_heroku_part __dd_heroku_escape __dd_heroku_expand
unset -f __dd_heroku_scalar __dd_heroku_flow __dd_heroku_fill
