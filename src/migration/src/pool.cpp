#include "pool.h"

#include "headroom/base/check.h"

namespace headroom::migration {

void Pool::take(std::int64_t amount, Waits& waits) {
  if (amount <= 0) return;
  HEADROOM_CHECK(amount <= free_, "nobody takes what is not free");
  free_ -= amount;
  for (std::int32_t leg : paid_by_) waits.add(leg);
  const auto use = [&](std::int64_t& from) {
    const std::int64_t used = std::min(amount, from);
    from -= used;
    amount -= used;
    return used > 0;
  };
  for (Piece& piece : pieces_)
    if (waits.has(piece.leg)) use(piece.amount);
  use(fresh_);
  for (Piece& piece : pieces_)
    if (use(piece.amount)) waits.add(piece.leg);
  std::erase_if(pieces_, [](const Piece& piece) { return piece.amount == 0; });
}

void Pool::give(std::int64_t amount, std::int32_t leg) {
  if (amount <= 0) return;
  free_ += amount;
  if (owed_ > 0) {
    const std::int64_t paid = std::min(owed_, amount);
    owed_ -= paid;
    amount -= paid;
    paid_by_.push_back(leg);
  }
  if (amount > 0) pieces_.push_back({leg, amount});
}

}  // namespace headroom::migration
