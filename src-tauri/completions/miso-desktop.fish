function __miso_desktop_found
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    $words[1] __complete $words[2..-1] "$current" 2>/dev/null
end
complete -c miso-desktop -f -a '(__miso_desktop_found)'
