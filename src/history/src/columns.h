// A column of integers in few bits, in whichever of these ways is the shortest, as its first byte says:
//
//   0  runs: (run length varint, zigzag(value - the run before) varint), until the column is full
//   1, 2, 3  what each value differs from what was expected of it, in Rice codes whose parameter follows the differences (Golomb 1966, Rice
//      1979; adaptive as in JPEG-LS, ITU-T T.87); expected is the value before; the base; the middle of the two:
//      base (way 1: the first value), zigzag varint | mean difference, varint | bits up to a whole byte
//   4  packed: the least, zigzag varint | width 1 byte | what each is above the least, in so many bits
//   5  ranked: number of different values, varint | the least of them, zigzag varint | how far each is above the one below it, as a column |
//      each value's place among them, as a column; for amounts that come in steps which their unit hides: blocks a second over ten seconds
//
// A difference is zigzagged to d and written as d >> k zeros, a one, and the k lowest bits of d; from 24 zeros on, d itself in 64 bits.
// k follows a running mean of d, which both sides keep. Noise about a level costs half a bit a value less against its base than against
// the value before, a slow walk the other way round.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "varint.h"

namespace headroom::history {

// Any values; differences wrap.
void put_column(std::string& out, std::span<const std::int64_t> values);

// Fills `values`; false when the bytes are no such column.
bool read_column(VarintReader& in, std::span<std::int64_t> values);

}  // namespace headroom::history
