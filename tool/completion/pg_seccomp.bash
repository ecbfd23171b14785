# Completion of pg_seccomp for bash: source it, or install it as
# bash-completion's completions/pg_seccomp.
_pg_seccomp()
{
    local line=${COMP_LINE:0:COMP_POINT} words word
    # a backslash keeps a blank within its word
    # shellcheck disable=SC2162
    read -a words <<<"$line"
    [[ $line == *[[:space:]] && $line != *\\[[:space:]] ]] && words+=('')
    word=${words[-1]}
    mapfile -t COMPREPLY < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
    # bash takes what stands behind "=" or ":" for a word of its own
    if [[ $word == *[=:]* && $COMP_WORDBREAKS == *[=:]* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*[=:]}"}"}")
    fi
    COMPREPLY=("${COMPREPLY[@]// /\\ }")
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    return 0
}
complete -o default -F _pg_seccomp pg_seccomp
