# What websocketd runs for each connection: every line is a message. "bye" ends it.
while read -r line; do
  case $line in
    ping) echo pong ;;
    bye) exit ;;
    *) echo "$line" ;;
  esac
done
