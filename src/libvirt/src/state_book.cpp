#include "headroom/libvirt/state_book.h"

#include <fmt/format.h>

#include <array>
#include <random>

#include "headroom/sqlite/state_file.h"

namespace headroom::libvirt {
namespace {

constexpr std::int64_t kApplicationId = 0x4865'4c76;  // "HeLv"
constexpr std::int64_t kSchemaVersion = 1;

constexpr const char* kSchema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE manager (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), owner TEXT NOT NULL, epoch INTEGER NOT NULL);
CREATE TABLE hosts (id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE);
CREATE TABLE vms (id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE);
PRAGMA application_id = 1214598262;
PRAGMA user_version = 1;
COMMIT;
)sql";
static_assert(kApplicationId == 1214598262 && kSchemaVersion == 1, "the pragmas above say the same numbers");

constexpr sqlite::FileKind kStateFile{"state file", kApplicationId, kSchemaVersion, kSchema,
                                      "restore it from a backup, or move it away and remove the claims from the VMs' metadata"};

// RFC 4122, version 4.
std::string new_uuid() {
  std::random_device random;
  std::array<std::uint32_t, 4> w{random(), random(), random(), random()};
  w[1] = (w[1] & 0xffff0fff) | 0x00004000;
  w[2] = (w[2] & 0x3fffffff) | 0x80000000;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}", w[0], w[1] >> 16, w[1] & 0xffff, w[2] >> 16, w[2] & 0xffff, w[3]);
}

}  // namespace

struct StateBook::Parts {
  sqlite::FileLock lock;  // released last: the database closes first
  sqlite::Database database;
  Claim claim{};

  Result<void> begin_run();
  Result<std::uint32_t> id_of(const char* table, const std::string& uuid);
};

// One statement, so that two runs cannot have one epoch whatever crashes when.
Result<void> StateBook::Parts::begin_run() {
  auto raise = database.prepare(
      "INSERT INTO manager (only_row, owner, epoch) VALUES (1, ?, 1) ON CONFLICT (only_row) DO UPDATE SET epoch = epoch + 1");
  if (!raise) return tl::unexpected(raise.error());
  if (auto done = raise->bind(std::string_view(new_uuid())).run(); !done) return done;
  auto read = database.prepare("SELECT owner, epoch FROM manager");
  if (!read) return tl::unexpected(read.error());
  if (auto row = read->step(); !row || !*row) return fail(ErrorCode::kFailed, "its manager is not there");
  claim.owner = read->next_text();
  claim.epoch = read->next_int();
  return {};
}

Result<std::uint32_t> StateBook::Parts::id_of(const char* table, const std::string& uuid) {
  auto select = database.prepare(fmt::format("SELECT id FROM {} WHERE uuid = ?", table));
  if (!select) return tl::unexpected(select.error());
  const auto row = select->bind(std::string_view(uuid)).step();
  if (!row) return tl::unexpected(row.error());
  if (*row) return static_cast<std::uint32_t>(select->next_int());
  auto insert = database.prepare(fmt::format("INSERT INTO {} (uuid) VALUES (?)", table));
  if (!insert) return tl::unexpected(insert.error());
  if (auto done = insert->bind(std::string_view(uuid)).run(); !done) return tl::unexpected(done.error());
  return static_cast<std::uint32_t>(database.last_row_id());
}

StateBook::StateBook(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
StateBook::~StateBook() = default;

Result<std::unique_ptr<StateBook>> StateBook::open(const std::string& path) {
  auto lock = sqlite::FileLock::acquire(path + ".lock", kStateFile.noun);
  if (!lock) return tl::unexpected(lock.error());
  auto database = sqlite::open_state_file(path, kStateFile);
  if (!database) return tl::unexpected(database.error());
  auto parts = std::make_unique<Parts>(Parts{std::move(*lock), std::move(*database)});
  if (auto begun = parts->begin_run(); !begun)
    return fail(ErrorCode::kFailed, fmt::format("cannot write to the {} {}: {}", kStateFile.noun, path, begun.error().message));
  return std::unique_ptr<StateBook>(new StateBook(std::move(parts)));
}

const Claim& StateBook::claim() const { return parts_->claim; }

Result<HostId> StateBook::host(const std::string& uuid) {
  return parts_->id_of("hosts", uuid).map([](std::uint32_t id) { return HostId(id); });
}

Result<VmId> StateBook::vm(const std::string& uuid) {
  return parts_->id_of("vms", uuid).map([](std::uint32_t id) { return VmId(id); });
}

}  // namespace headroom::libvirt
