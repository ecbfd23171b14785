# Completion of pg_seccomp for fish: put it into a folder completions/ of fish's.
function __pg_seccomp
    set -l words (commandline -opc)
    $words[1] __complete $words[2..-1] (string unescape -- (commandline -ct)) 2>/dev/null
end
complete -c pg_seccomp -a '(__pg_seccomp)'
