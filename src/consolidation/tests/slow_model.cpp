#include "slow_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace headroom::slow {
namespace {

// java.util.HashMap with keys "2-<id>".
class Table {
 public:
  void put(int id, double value) {
    for (auto& [key, held] : places_[place(id)])
      if (key == id) {
        held = value;
        return;
      }
    places_[place(id)].emplace_back(id, value);
    if (++size_ > places_.size() * 3 / 4) grow();
  }
  void remove(int id) { size_ -= std::erase_if(places_[place(id)], [&](const auto& e) { return e.first == id; }); }
  std::vector<std::pair<int, double>> entries() const {
    std::vector<std::pair<int, double>> all;
    for (const auto& p : places_) all.insert(all.end(), p.begin(), p.end());
    return all;
  }

 private:
  std::size_t place(int id) const {
    std::uint32_t h = 0;
    for (char c : "2-" + std::to_string(id)) h = h * 31u + static_cast<std::uint32_t>(c);
    return (h ^ (h >> 16)) & (places_.size() - 1);
  }
  void grow() {
    const auto all = entries();
    places_.assign(places_.size() * 2, {});
    for (const auto& e : all) places_[place(e.first)].push_back(e);
  }

  std::vector<std::vector<std::pair<int, double>>> places_{16};
  std::size_t size_ = 0;
};

struct Entry {
  double time, given, asked;
  bool flag;  // host: active; VM: migrating
};

void add_entry(std::vector<Entry>& entries, const Entry& e) {
  if (!entries.empty() && entries.back().time == e.time) entries.back() = e;
  else entries.push_back(e);
}

struct Host;

struct Vm {
  int id, ram;
  double mips, utilisation = 0;
  bool starting = true, migrating = false;
  Host* host = nullptr;
  std::deque<double> history;
  std::vector<Entry> entries;
  double requests() const { return starting ? mips : utilisation * mips; }
};

struct Host {
  int id;
  double core, mips, free;
  std::array<double, 11> watts;
  std::vector<Vm*> list;
  Table requests;
  std::map<int, double> given;
  std::set<int> in, out;
  double now = 0, before = 0;
  std::size_t* rationed;
  std::vector<Entry> entries;

  double u(double x) const { const double r = x / mips; return r > 1 && r < 1.01 ? 1 : r; }
  double power(double x) const {
    if (x > 1 && x < 1 + 1e-6) x = 1;
    if (std::fmod(x, 0.1) == 0) return watts[static_cast<std::size_t>(x * 10)];
    const int a = static_cast<int>(std::floor(x * 10)), b = static_cast<int>(std::ceil(x * 10));
    const double delta = (watts[static_cast<std::size_t>(b)] - watts[static_cast<std::size_t>(a)]) / 10;
    return watts[static_cast<std::size_t>(a)] + delta * (x - static_cast<double>(a) / 10) * 100;
  }
  void allocate_id(int id_, double request) {
    double c = request > core ? core : request, total = c;
    requests.put(id_, request);
    if (in.count(id_)) total *= 0.1;
    if (free >= total) {
      if (out.count(id_)) c *= 0.9;
      else if (in.count(id_)) c *= 0.1;
      given[id_] = c;
      free -= total;
      return;
    }
    ++*rationed;
    double required = 0;
    const auto all = requests.entries();
    for (const auto& [key, want] : all) {
      double one = want > core ? core : want;
      if (in.count(key)) one *= 0.1;
      required += one;
    }
    const double scale = mips / required;
    given.clear();
    for (const auto& [key, want] : all) {
      double one = want > core ? core : want;
      if (out.count(key)) { one *= scale; one *= 0.9; }
      else if (in.count(key)) { one *= 0.1; one *= scale; }
      else one *= scale;
      given[key] = std::floor(one);
    }
    free = 0;
  }
  void allocate(Vm& vm) {
    if (vm.migrating) { if (!in.count(vm.id)) out.insert(vm.id); }
    else out.erase(vm.id);
    allocate_id(vm.id, vm.requests());
  }
  void deallocate(const Vm& vm) {
    requests.remove(vm.id);
    given.clear();
    free = mips;
    for (const auto& [key, want] : requests.entries()) allocate_id(key, want);
  }
  void create(Vm& vm) { allocate(vm); list.push_back(&vm); vm.host = this; }
  void destroy(Vm& vm) { deallocate(vm); std::erase(list, &vm); vm.host = nullptr; }
  void update(double t) {
    before = now;
    now = 0;
    double asked = 0;
    for (Vm* vm : list) deallocate(*vm);
    for (Vm* vm : list) allocate(*vm);
    for (Vm* vm : list) {
      double got = given[vm->id];
      if (!in.count(vm->id)) {
        add_entry(vm->entries, {t, got, vm->requests(), vm->migrating});
        if (vm->migrating) got /= 0.9;
      }
      now += got;
      asked += vm->requests();
    }
    add_entry(entries, {t, now, asked, now > 0});
  }
  double listed_given() { double sum = 0; for (Vm* vm : list) sum += given[vm->id]; return sum; }
  int ram_used() const { int sum = 0; for (Vm* vm : list) sum += vm->ram; return sum; }
};

struct Migration { Vm* vm; Host* to; };

class Centre {
 public:
  Centre(const Day& day, const Setting& setting) : day_(day), setting_(setting) {
    for (int h = 0; h < 800; ++h) {
      auto host = std::make_unique<Host>();
      host->id = h;
      host->core = h % 2 ? 2660 : 1860;
      host->mips = host->free = 2 * host->core;
      if (h % 2) host->watts = {93.7, 97, 101, 105, 110, 116, 121, 125, 129, 133, 135};
      else host->watts = {86, 89.4, 92.6, 96, 99.5, 102, 106, 108, 112, 114, 117};
      host->rationed = &figures_.rationed;
      hosts_.push_back(std::move(host));
    }
    const double mips[] = {2500, 2000, 1000, 500};
    const int ram[] = {870, 1740, 1740, 613};
    const int n = static_cast<int>(day.size());
    for (int i = 0; i < n; ++i) {
      const int type = i / static_cast<int>(std::ceil(n / 4.0));
      auto vm = std::make_unique<Vm>();
      vm->id = i;
      vm->ram = ram[type];
      vm->mips = mips[type];
      alive_.push_back(vm.get());
      vms_.push_back(std::move(vm));
    }
  }

  Figures run() {
    for (auto& vm : vms_) {
      find_host(*vm, {}, true)->create(*vm);
      vm->starting = false;
    }
    double t = 0.1;
    for (int k = 0; k < 287; ++k) {
      t += 300.0;
      advance(t, true);
      const auto moves = optimise();
      std::set<Vm*> once;
      for (const Migration& m : moves) {
        figures_.sent_on += !once.insert(m.vm).second;
        start(m, t);
      }
      figures_.migrations += moves.size();
      for (int ram : {613, 870, 1740}) {
        std::vector<Migration> ending;
        for (const Migration& m : moves) if (m.vm->ram == ram) ending.push_back(m);
        if (ending.empty()) continue;
        const double end = t + ram / (1'000'000.0 / (2 * 8000));
        advance(end, false);
        for (const Migration& m : ending) finish(m);
        advance(end, false);
      }
    }
    read_entries();
    return figures_;
  }

 private:
  double trace(int vm, double t) const {
    const auto& percent = day_[static_cast<std::size_t>(vm)].percent;
    const auto at = [&](int i) { return percent[static_cast<std::size_t>(std::min(i, 287))] / 100.0; };
    const int a = static_cast<int>(std::floor(t / 300)), b = static_cast<int>(std::ceil(t / 300));
    const double delta = (at(b) - at(a)) / ((b - a) * 300.0);
    return at(a) + delta * (t - a * 300.0);
  }
  void advance(double t, bool step) {
    for (Vm* vm : alive_) {
      vm->utilisation = trace(vm->id, t);
      if (!step) continue;
      vm->history.push_front(vm->utilisation);
      if (vm->history.size() > 30) vm->history.pop_back();
    }
    for (auto& host : hosts_) host->update(t);
    if (t > last_) {
      double frame = 0;
      for (auto& host : hosts_) {
        if (host->u(host->before) == 0) continue;
        const double from = host->power(host->u(host->before)), to = host->power(host->u(host->now));
        frame += (from + (to - from) / 2) * (t - last_);
      }
      joules_ += frame;
    }
    last_ = t;
    if (!setting_.deaths) return;
    for (auto& host : hosts_) {
      std::vector<Vm*> done;
      for (Vm* vm : host->list) if (!vm->migrating && vm->requests() == 0) done.push_back(vm);
      for (Vm* vm : done) {
        host->destroy(*vm);
        std::erase(alive_, vm);
      }
    }
  }
  static void start(const Migration& m, double t) {
    m.vm->migrating = true;
    m.to->in.insert(m.vm->id);
    m.to->allocate(*m.vm);
    m.to->list.push_back(m.vm);
    m.to->update(t);
    m.vm->host->update(t);
  }
  static void finish(const Migration& m) {
    m.vm->host->destroy(*m.vm);
    m.to->deallocate(*m.vm);
    std::erase(m.to->list, m.vm);
    m.to->in.erase(m.vm->id);
    m.vm->migrating = false;
    m.to->create(*m.vm);
  }

  bool over(Host& host) const {
    double asked = 0;
    for (Vm* vm : host.list) asked += vm->starting ? vm->mips : vm->requests();
    if (!setting_.regression) return asked / host.mips > 0.8;
    std::vector<double> past(30);
    for (Vm* vm : host.list)
      for (std::size_t i = 0; i < vm->history.size(); ++i) past[i] += vm->history[i] * vm->mips / host.mips;
    while (past.size() > 1 && past.back() == 0) past.pop_back();
    if (past.size() < 10) return asked / host.mips > 0.7;
    double xbar = 0, ybar = 0, xx = 0, xy = 0, sx = 0, sy = 0;
    long n = 0;
    for (int i = 0; i < 10; ++i) {
      const double x = i + 1, y = past[static_cast<std::size_t>(9 - i)];
      if (n == 0) { xbar = x; ybar = y; }
      else {
        const double fact1 = 1.0 + static_cast<double>(n), fact2 = static_cast<double>(n) / (1.0 + static_cast<double>(n));
        const double dx = x - xbar, dy = y - ybar;
        xx += dx * dx * fact2;
        xy += dx * dy * fact2;
        xbar += dx / fact1;
        ybar += dy / fact1;
      }
      sx += x;
      sy += y;
      ++n;
    }
    const double slope = xy / xx, intercept = (sy - slope * sx) / static_cast<double>(n);
    int ram = 0;
    for (Vm* vm : host.list) ram = std::max(ram, vm->ram);
    return (intercept + slope * (10 + std::ceil(ram / 62.5 / 300))) * 1.2 >= 1;
  }
  Host* find_host(Vm& vm, const std::set<Host*>& excluded, bool ram_counts) {
    double least = std::numeric_limits<double>::max();
    Host* best = nullptr;
    for (auto& owned : hosts_) {
      Host& host = *owned;
      if (excluded.count(&host)) continue;
      if (host.core < vm.requests() || host.free < vm.requests()) continue;
      if (ram_counts && host.ram_used() + vm.ram > 4096) continue;
      if (host.listed_given() != 0) {
        Host* const home = vm.host;
        host.create(vm);
        const bool too_much = over(host);
        host.destroy(vm);
        vm.host = home;
        if (too_much) continue;
      }
      const double watts = host.power((host.listed_given() + vm.requests()) / host.mips) - host.power(host.u(host.now));
      if (watts < least) { least = watts; best = &host; }
    }
    return best;
  }
  static void sort(std::vector<Vm*>& vms) {
    std::stable_sort(vms.begin(), vms.end(), [](Vm* a, Vm* b) { return a->requests() > b->requests(); });
  }
  std::vector<Migration> optimise() {
    std::vector<Host*> overs;
    for (auto& host : hosts_) if (over(*host)) overs.push_back(host.get());
    std::vector<std::pair<Host*, Vm*>> saved;
    for (auto& host : hosts_) for (Vm* vm : host->list) saved.emplace_back(host.get(), vm);
    std::vector<Vm*> leaving;
    for (Host* host : overs) {
      while (!host->list.empty()) {
        Vm* pick = host->list.front();
        for (Vm* vm : host->list) if (vm->ram < pick->ram) pick = vm;
        leaving.push_back(pick);
        host->destroy(*pick);
        if (!over(*host)) break;
      }
    }
    std::vector<Migration> moves = place(leaving, {overs.begin(), overs.end()}, false);
    std::set<Host*> no_source(overs.begin(), overs.end()), no_target = no_source;
    for (auto& host : hosts_) if (host->u(host->now) == 0) { no_source.insert(host.get()); no_target.insert(host.get()); }
    while (no_source.size() != hosts_.size()) {
      Host* low = nullptr;
      double least = 1;
      for (auto& host : hosts_) {
        const double u = host->u(host->now);
        if (no_source.count(host.get()) || host->list.empty() || !(u > 0 && u < least)) continue;
        least = u;
        low = host.get();
      }
      if (low == nullptr) break;
      no_source.insert(low);
      no_target.insert(low);
      for (const Migration& m : place(low->list, no_target, true)) {
        no_source.insert(m.to);
        moves.push_back(m);
      }
    }
    for (auto& host : hosts_) {
      for (Vm* vm : std::vector<Vm*>(host->list)) host->requests.remove(vm->id);
      host->list.clear();
      host->given.clear();
      host->free = host->mips;
    }
    for (auto& [host, vm] : saved) host->create(*vm);
    return moves;
  }
  std::vector<Migration> place(std::vector<Vm*> vms, const std::set<Host*>& excluded, bool all_or_none) {
    sort(vms);
    std::vector<Migration> moves;
    for (Vm* vm : vms) {
      Host* const to = find_host(*vm, excluded, setting_.enforce_ram);
      if (to != nullptr) {
        to->create(*vm);
        moves.push_back({vm, to});
      } else if (all_or_none) {
        for (const Migration& m : moves) m.to->destroy(*m.vm);
        return {};
      }
    }
    return moves;
  }

  void read_entries() {
    double active = 0, violated = 0, asked = 0, lost = 0;
    for (auto& host : hosts_) {
      bool was_active = true;
      for (std::size_t i = 0; i < host->entries.size(); ++i) {
        const Entry& e = host->entries[i];
        figures_.shutdowns += was_active && !e.flag;
        was_active = e.flag;
        if (i + 1 == host->entries.size() || !e.flag) continue;
        active += host->entries[i + 1].time - e.time;
        if (e.given < e.asked) violated += host->entries[i + 1].time - e.time;
      }
    }
    for (auto& vm : vms_)
      for (std::size_t i = 0; i + 1 < vm->entries.size(); ++i) {
        const Entry& e = vm->entries[i];
        const double dt = vm->entries[i + 1].time - e.time;
        asked += e.asked * dt;
        if (e.flag && e.given < e.asked) lost += (e.asked - e.given) * dt;
      }
    figures_.energy_kwh = joules_ / (3600 * 1000);
    figures_.slatah = violated / active;
    figures_.pdm = lost / asked;
    figures_.vms_left = alive_.size();
  }

  const Day& day_;
  Setting setting_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<std::unique_ptr<Vm>> vms_;
  std::vector<Vm*> alive_;
  double last_ = 0, joules_ = 0;
  Figures figures_;
};

}  // namespace

Figures run(const Day& day, const Setting& setting) { return Centre(day, setting).run(); }

}  // namespace headroom::slow
