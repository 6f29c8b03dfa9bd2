_miso_desktop() {
  local found word
  COMPREPLY=()
  while IFS= read -r found; do
    printf -v word '%q' "$found"
    COMPREPLY+=("$word")
  done < <("$1" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _miso_desktop miso-desktop
