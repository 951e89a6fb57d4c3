// An amount of something (room of one lane, a link's bandwidth, places of a limit) that legs take and give back. Who takes a piece
// waits for the leg that gave it, so each piece has one holder at a time however long legs take: the chaining of partial-order
// schedules (Policella, Cesta, Oddo and Smith, "From precedence constraint posting to partial order schedules", 2007).
#pragma once

#include "waits.h"

namespace headroom::migration {

class Pool {
 public:
  // Less than nothing: so much is owed, and whatever is given pays that first.
  explicit Pool(std::int64_t amount = 0)
      : free_(amount), fresh_(std::max<std::int64_t>(0, amount)), owed_(std::max<std::int64_t>(0, -amount)) {}

  std::int64_t free() const { return free_; }
  // At most free(). Pieces of legs that are waited for anyway go first, then what nobody has had, then what was given first.
  void take(std::int64_t amount, Waits& waits);
  void give(std::int64_t amount, std::int32_t leg);

 private:
  struct Piece {
    std::int32_t leg;
    std::int64_t amount;
  };

  std::int64_t free_, fresh_, owed_;
  std::vector<Piece> pieces_;            // by the time of giving
  std::vector<std::int32_t> paid_by_;    // legs without which something would still be owed
};

}  // namespace headroom::migration
