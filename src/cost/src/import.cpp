#include "headroom/cost/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>

#include "csv.h"
#include "headroom/config/nearest.h"

namespace headroom::cost {
namespace {

constexpr std::size_t kMostTypes = 20'000, kMostNameBytes = 100;
constexpr double kHoursAMonth = 730;

struct CommitmentColumn {
  std::string_view column;
  Term term;
};
struct Format {
  std::string_view name, type, memory;
  std::string_view spot, shared;  // empty: no such column
  double commitment_hours;        // that a commitment's price is for
  std::span<const CommitmentColumn> commitments;
};

constexpr CommitmentColumn kAwsCommitments[] = {
    {"res1y_noup_usd_h", Term::k1y}, {"res1y_partup_usd_h", Term::k1yPartial}, {"res1y_allup_usd_h", Term::k1yAll},
    {"res3y_noup_usd_h", Term::k3y}, {"res3y_partup_usd_h", Term::k3yPartial}, {"res3y_allup_usd_h", Term::k3yAll}};
constexpr CommitmentColumn kGcpCommitments[] = {{"commit1y_usd_month", Term::k1y}, {"commit3y_usd_month", Term::k3y}};
constexpr Format kAwsFormat{"aws", "instance_type", "memory_gib", "", "", 1, kAwsCommitments};
constexpr Format kGcpFormat{"gcp", "machine_type", "memory_gb", "spot_usd_h", "shared_cpu", kHoursAMonth, kGcpCommitments};

const Format& format_of(PriceList list) { return list == PriceList::kAws ? kAwsFormat : kGcpFormat; }

// A row by the names of the header.
class Row {
 public:
  Row(const CsvReader& csv, const std::vector<std::string>& header, const std::vector<std::string>& fields)
      : csv_(csv), header_(header), fields_(fields) {}

  const std::string& at(std::string_view column) const {
    return fields_[static_cast<std::size_t>(std::find(header_.begin(), header_.end(), column) - header_.begin())];
  }
  // nullopt: empty.
  Result<std::optional<double>> price(std::string_view column, double most) const {
    const std::string& field = at(column);
    if (field.empty()) return std::nullopt;
    double value = 0;
    const auto [end, ec] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (ec != std::errc() || end != field.data() + field.size() || !std::isfinite(value))
      return csv_.bad_row(fmt::format("{} is {}, not a number; mend it or remove the row", column, config::in_quotes(field)));
    if (value < 0 || value > most)
      return csv_.bad_row(fmt::format("{} is {}, not from 0 to {}; mend it or remove the row", column, config::in_quotes(field), most));
    return value;
  }
  Result<double> size(std::string_view column, double most) const {
    const auto value = price(column, most);
    if (!value) return tl::unexpected(value.error());
    if (!*value || **value <= 0)
      return csv_.bad_row(fmt::format("{} is {}; a host has more than 0, mend it or remove the row", column, config::in_quotes(at(column))));
    return **value;
  }

 private:
  const CsvReader& csv_;
  const std::vector<std::string>&header_, &fields_;
};

Result<void> check_header(const CsvReader& csv, const std::vector<std::string>& header, const Format& format) {
  std::vector<std::string_view> wanted{format.type, "vcpu", format.memory, "ondemand_usd_h"};
  for (std::string_view column : {format.spot, format.shared})
    if (!column.empty()) wanted.push_back(column);
  for (const CommitmentColumn& c : format.commitments) wanted.push_back(c.column);
  for (std::string_view column : wanted) {
    const auto times = std::count(header.begin(), header.end(), column);
    if (times == 0)
      return csv.bad_row(fmt::format("the header has no column '{}'; give another --format than {}, or add the column", column, format.name));
    if (times > 1) return csv.bad_row(fmt::format("the header has the column '{}' twice; remove one", column));
  }
  return {};
}

Result<void> check_name(const CsvReader& csv, const std::string& type) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'; };
  if (type.empty() || type.size() > kMostNameBytes || !std::all_of(type.begin(), type.end(), plain))
    return csv.bad_row(fmt::format("{} is no name of a host type; use letters, digits, '.', '_' and '-', 100 at most", config::in_quotes(type)));
  return {};
}

// nullopt: not offered on demand.
Result<std::optional<HostTypePrice>> read_type(const Row& row, const Format& format) {
  constexpr double kMostUsd = 1e6, kMostCores = 1e5, kMostGib = 1e6;
  const auto on_demand = row.price("ondemand_usd_h", kMostUsd);
  if (!on_demand) return tl::unexpected(on_demand.error());
  const auto vcpu = row.size("vcpu", kMostCores), gib = row.size(format.memory, kMostGib);
  if (!vcpu) return tl::unexpected(vcpu.error());
  if (!gib) return tl::unexpected(gib.error());
  HostTypePrice type;
  type.size = Resources(MilliCores(std::llround(*vcpu * 1000)),
                        Bytes(std::llround(*gib * static_cast<double>((1_GiB).count()))));
  for (const CommitmentColumn& c : format.commitments) {
    const auto usd = row.price(c.column, kMostUsd * format.commitment_hours);
    if (!usd) return tl::unexpected(usd.error());
    if (*usd) type.committed_usd_per_hour[static_cast<std::size_t>(c.term)] = **usd / format.commitment_hours;
  }
  if (!format.spot.empty()) {
    const auto spot = row.price(format.spot, kMostUsd);
    if (!spot) return tl::unexpected(spot.error());
    type.spot_usd_per_hour = *spot;
  }
  if (!*on_demand) return std::nullopt;
  type.price.usd_per_hour = **on_demand;
  return type;
}

}  // namespace

std::optional<PriceList> parse_price_list(std::string_view text) {
  if (text == "aws") return PriceList::kAws;
  if (text == "gcp") return PriceList::kGcp;
  return std::nullopt;
}

Result<Imported> import_prices(std::istream& in, PriceList list, std::string source) {
  const Format& format = format_of(list);
  CsvReader csv(in, source);
  std::vector<std::string> header, fields;
  auto more = csv.next(header);
  if (!more) return tl::unexpected(more.error());
  if (!*more) return invalid(fmt::format("{}: is empty; fetch it again", source));
  if (auto good = check_header(csv, header, format); !good) return tl::unexpected(good.error());
  Imported imported;
  while (true) {
    more = csv.next(fields);
    if (!more) return tl::unexpected(more.error());
    if (!*more) break;
    if (fields.size() != header.size())
      return csv.bad_row(fmt::format("has {} columns where the header has {}; mend the row or remove it", fields.size(), header.size()));
    const Row row(csv, header, fields);
    const std::string& name = row.at(format.type);
    if (auto good = check_name(csv, name); !good) return tl::unexpected(good.error());
    const auto type = read_type(row, format);
    if (!type) return tl::unexpected(type.error());
    if (!*type) ++imported.not_on_demand;
    else if (!format.shared.empty() && row.at(format.shared) == "True") ++imported.shared;
    else if (!imported.book.host_types.emplace(name, **type).second)
      return csv.bad_row(fmt::format("the type '{}' is in the table twice; remove one", name));
    if (imported.book.host_types.size() > kMostTypes) return csv.bad_row("is over 20,000 types; split the file");
  }
  if (imported.book.host_types.empty()) return invalid(fmt::format("{}: has no type with a price on demand; fetch it again", source));
  return imported;
}

}  // namespace headroom::cost
