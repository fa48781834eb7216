# A stand-in for nvidia-smi: an H200 that always says the same.
case "$*" in
  *--loop-ms*) while true; do echo '1980, 650.12, 55, 0x0000000000000000'; sleep 0.02; done ;;
  *driver_version*) echo 'NVIDIA H200, 580.0, 9.0, 1980, 700.00' ;;
  *) echo '1980, 650.12, 55, 0x0000000000000000' ;;
esac
