#include "headroom/base/socket_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace headroom {
namespace {

TEST(SocketAddress, IsOfTheFamilyThatTheTextIsOf) {
  const auto four = socket_address("127.0.0.1", 7474);
  ASSERT_TRUE(four);
  EXPECT_EQ(four->get()->sa_family, AF_INET);
  EXPECT_EQ(four->length, sizeof(sockaddr_in));
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(four->storage);
  EXPECT_EQ(ntohs(v4.sin_port), 7474);
  EXPECT_EQ(ntohl(v4.sin_addr.s_addr), INADDR_LOOPBACK);

  const auto six = socket_address("::1", 1);
  ASSERT_TRUE(six);
  EXPECT_EQ(six->get()->sa_family, AF_INET6);
  EXPECT_EQ(six->length, sizeof(sockaddr_in6));
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(six->storage);
  EXPECT_EQ(ntohs(v6.sin6_port), 1);
  EXPECT_TRUE(IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr));
}

TEST(SocketAddress, IsOfNoName) {
  for (const char* text : {"", "localhost", "127.0.0", "[::1]", "10.0.0.256", "::1 "}) EXPECT_FALSE(socket_address(text, 80)) << text;
}

}  // namespace
}  // namespace headroom
