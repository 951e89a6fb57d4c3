# Run as root by a systemd that is process 1 (booted.sh): installs both packages, has the manager watch libvirt's test hypervisor and the agent
# speak for its one VM, kills both, asks the guest something through a hook, removes both.
set -eu
exec > /out/log 2>&1
step() { echo "== $*"; }
failed() {
  echo "FAILED: $1"
  systemctl --no-pager --full status headroomd headroom-agent || true
  journalctl --no-pager -o cat -u headroomd -u headroom-agent | tail -n 60 || true
  exit 1
}
within() {   # SECONDS COMMAND...: until it succeeds
  local n=$(($1 * 5)); shift
  for ((i = 0; i < n; ++i)); do "$@" > /dev/null 2>&1 && return; sleep 0.2; done
  return 1
}
property() { systemctl show -P "$2" "$1"; }
connected() { headroom agent list -o json | grep -q '"connected": true'; }
is_another() { [[ $(property "$1" MainPID) != "$2" && $(property "$1" MainPID) != 0 && $(property "$1" ActiveState) == active ]]; }
says_it_goes() { [[ $(property headroomd WatchdogTimestampMonotonic) != "$1" ]]; }

step "installing"
dpkg -i /packages/*.deb || failed "the packages do not install"
id headroom || failed "there is no user headroom"
cat > /etc/headroom/fleet.yaml << 'END'
fleet: tried
level: auto
every: 1s
poll: 1s
hosts: [{uri: "test:///default", name: h1}]
agents: {listen: "127.0.0.1:7475", interval: 1s}
END
echo "manager = 127.0.0.1:7475" > /etc/headroom-agent/agent.conf

step "the manager starts, as its own user, and says that it goes"
systemctl start headroomd || failed "headroomd does not start"
[[ $(ps -o user= -p "$(property headroomd MainPID)") == headroom ]] || failed "headroomd runs as another user"
said=$(property headroomd WatchdogTimestampMonotonic)
within 20 says_it_goes "$said" || failed "the watchdog hears nothing"
headroom get vms || failed "the manager does not answer"
headroom get vms | grep -q '^test ' || failed "the test hypervisor's VM is not there"

step "the agent joins, starts and is heard"
(umask 077; headroom agent token test > /etc/headroom-agent/token) || failed "no token"
headroom-agent join /etc/headroom-agent/token --manager 127.0.0.1:7475 || failed "the agent cannot join"
systemctl start headroom-agent || failed "headroom-agent does not start"
within 20 connected || failed "the agent does not connect"
headroom agent list

for unit in headroomd headroom-agent; do
  step "$unit is killed and comes back"
  pid=$(property $unit MainPID)
  kill -KILL "$pid"
  within 30 is_another $unit "$pid" || failed "$unit does not come back"
  within 40 connected || failed "the agent does not connect again"
done

step "nothing was denied them"
if journalctl --no-pager -o cat -u headroomd -u headroom-agent | grep -i 'not permitted\|denied\|read-only'; then failed "the units' bounds are in the way"; fi

step "they stop well, and are removed"
systemctl stop headroom-agent headroomd
for unit in headroomd headroom-agent; do [[ $(property $unit Result) == success ]] || failed "$unit did not end well: $(property $unit Result)"; done
dpkg -r headroom headroom-agent || failed "the packages cannot be removed"
[[ -s /var/lib/headroom/authority.pem && -s /var/lib/headroom-agent/key.pem ]] || failed "their state is gone"
journalctl --no-pager -o cat -u headroomd -u headroom-agent | tail -n 30
touch /out/passed
