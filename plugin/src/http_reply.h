// Reads one HTTP/1.1 answer, as its bytes arrive.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace moadon::pos {

inline constexpr std::size_t kReplyHeadMaxBytes = 65536;
inline constexpr std::size_t kChunkLineMaxBytes = 4096;

// Takes bytes in pieces of any size and says when the answer is complete. Understands
// Content-Length, chunked and until-close bodies, and skips interim (1xx) answers. Not for use by
// two threads at once.
class HttpReply final {
 public:
  enum class State { kMore, kDone, kBroken, kTooLarge };

  explicit HttpReply(std::size_t body_max_bytes) : body_max_bytes_(body_max_bytes) {}

  State feed(std::string_view bytes);
  // The peer closed: complete only if the body runs until close.
  State end();

  bool begun() const { return begun_; }
  int status() const { return status_; }
  std::string& body() { return body_; }
  // After kDone: whether the connection may carry another request.
  bool keep_alive() const { return keep_alive_ && pending_.empty(); }

 private:
  enum class Part { kHead, kSizedBody, kChunkLine, kChunkData, kChunkEnd, kTrailer, kRest, kDone };

  State advance();
  // Each returns false when it needs more bytes; they set broken_ or too_large_ when there is no
  // way on.
  bool read_head();
  bool read_chunk_line();
  bool read_body_bytes();
  bool read_line_end();
  bool read_trailer();
  bool take_line(std::string_view& line, std::size_t max_bytes);
  void parse_head(std::string_view head);
  void parse_header(std::string_view line);
  void begin_body();
  void drop_pending(std::size_t count);

  const std::size_t body_max_bytes_;

  Part part_ = Part::kHead;
  bool begun_ = false;
  bool broken_ = false;
  bool too_large_ = false;
  std::string pending_;   // received and not yet understood
  std::size_t used_ = 0;  // of pending_

  int status_ = 0;
  bool keep_alive_ = true;
  bool chunked_ = false;
  bool has_length_ = false;
  std::size_t left_ = 0;  // of the sized body or the chunk
  std::string body_;
};

}  // namespace moadon::pos
