#!/usr/bin/env bash
# Starts Ceph's S3 gateway with one monitor and one in-memory store on loopback.
# usage: radosgw.sh FOLDER HTTP_PORT MONITOR_PORT; process ids go to FOLDER/pids
set -euo pipefail
folder=$1 http=$2 monitor=$3
mkdir -p "$folder"/{mon,osd,rgw,run,log}
cluster=$(cat /proc/sys/kernel/random/uuid)
store=$(cat /proc/sys/kernel/random/uuid)
conf=$folder/ceph.conf
cat > "$conf" <<CONF
[global]
fsid = $cluster
mon_initial_members = a
mon_host = [v2:127.0.0.1:$monitor]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
ms_mon_cluster_mode = crc
ms_mon_service_mode = crc
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
mon_max_pg_per_osd = 1000
osd_crush_chooseleaf_type = 0
osd_crush_update_on_start = false
osd_objectstore = memstore
memstore_device_bytes = 2147483648
mon_data = $folder/mon
osd_data = $folder/osd
rgw_data = $folder/rgw
run_dir = $folder/run
log_file = $folder/log/\$name.log
mon_cluster_log_file = $folder/log/cluster.log
admin_socket = $folder/run/\$name.asok
rgw_frontends = beast endpoint=127.0.0.1:$http
CONF

run() { nohup "$@" > "$folder/log/$(basename "$1").out" 2>&1 & echo $! >> "$folder/pids"; }

monmaptool --create --clobber --fsid "$cluster" --addv a "[v2:127.0.0.1:$monitor]" "$folder/monmap"
ceph-mon -c "$conf" --mkfs -i a --monmap "$folder/monmap"
run ceph-mon -c "$conf" -i a -f
timeout 30 ceph -c "$conf" osd new "$store"
timeout 30 ceph -c "$conf" osd crush add osd.0 1.0 root=default host=here
ceph-osd -c "$conf" --mkfs -i 0 --osd-uuid "$store"
run ceph-osd -c "$conf" -i 0 -f
run radosgw -c "$conf" -n client.rgw.a -f
for _ in $(seq 300); do curl -s -o /dev/null "127.0.0.1:$http" && break; sleep 0.1; done
radosgw-admin -c "$conf" user create --uid=tests --display-name=tests --access-key=tests --secret-key=a-secret-of-the-tests
