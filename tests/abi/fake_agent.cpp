// fake_agent --dir DIR: what the plugin needs of an agent, and as many ways to misbehave as it must
// bear. The method's name chooses. One at a time per directory; ends by itself after kLife_s.
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using nlohmann::json;

constexpr unsigned kLife_s = 120;

std::atomic<int> calls{0};
std::atomic<int> drops{0};
std::atomic<int> malformed{0};

struct Request {
  std::string method;
  std::map<std::string, std::string> headers;
  std::string body;
};

class Peer final {
 public:
  Peer(int descriptor, int number) : descriptor_(descriptor), number_(number) {}
  ~Peer() { close(descriptor_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  int number() const { return number_; }

  std::optional<Request> read() {
    std::size_t end;
    while ((end = bytes_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) {
        if (!bytes_.empty()) ++malformed;
        return std::nullopt;
      }
    }
    Request request;
    const std::string head = bytes_.substr(0, end + 2);
    bytes_.erase(0, end + 4);
    const std::string start = "POST /moadon.v1.RegisterService/";
    const auto blank = head.find(" HTTP/1.1\r\n");
    if (head.rfind(start, 0) != 0 || blank == std::string::npos) {
      ++malformed;
      return std::nullopt;
    }
    request.method = head.substr(start.size(), blank - start.size());
    for (auto at = head.find("\r\n") + 2; at < head.size();) {
      const auto line_end = head.find("\r\n", at);
      const auto colon = head.find(": ", at);
      std::string name = head.substr(at, colon - at);
      for (char& c : name) c = static_cast<char>(std::tolower(c));
      request.headers[name] = head.substr(colon + 2, line_end - colon - 2);
      at = line_end + 2;
    }
    const std::size_t length = std::stoul(request.headers.at("content-length"));
    while (bytes_.size() < length) {
      if (!more()) return std::nullopt;
    }
    request.body = bytes_.substr(0, length);
    bytes_.erase(0, length);
    return request;
  }

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  void answer(const std::string& status, const std::string& body) {
    write("HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: " +
          std::to_string(body.size()) + "\r\n\r\n" + body);
  }

 private:
  bool more() {
    char buffer[65536];
    const ssize_t count = recv(descriptor_, buffer, sizeof(buffer), 0);
    if (count <= 0) return false;
    bytes_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }

  int descriptor_;
  int number_;
  std::string bytes_;
};

json self() {
  json descriptors = json::array();
  DIR* directory = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(directory)) {
    char target[256] = {};
    const std::string path = std::string("/proc/self/fd/") + entry->d_name;
    if (readlink(path.c_str(), target, sizeof(target) - 1) > 0) descriptors.push_back(target);
  }
  closedir(directory);
  json status = json::object();
  std::ifstream lines("/proc/self/status");
  for (std::string line; std::getline(lines, line);) {
    if (const auto tab = line.find(":\t"); tab != std::string::npos) {
      status[line.substr(0, tab)] = line.substr(tab + 2);
    }
  }
  return {
      {"pid", getpid()}, {"session", getsid(0)}, {"descriptors", descriptors}, {"status", status}};
}

// False ends the connection.
bool serve(Peer& peer, const Request& request) {
  const std::string& method = request.method;
  if (method == "Empty") {
    peer.answer("200 OK", "{}");
  } else if (method == "Echo") {
    peer.answer(
        "200 OK",
        json({{"headers", request.headers}, {"body", request.body}, {"connection", peer.number()}})
            .dump());
  } else if (method == "Length") {
    peer.answer("200 OK", json({{"length", request.body.size()}}).dump());
  } else if (method == "Counts") {
    peer.answer("200 OK", json({{"pid", getpid()},
                                {"calls", calls.load()},
                                {"drops", drops.load()},
                                {"malformed", malformed.load()},
                                {"connection", peer.number()}})
                              .dump());
  } else if (method == "Self") {
    peer.answer("200 OK", self().dump());
  } else if (method == "Refuse") {
    peer.answer("409 Conflict",
                R"({"code":"already_exists","reason":"REASON_RECEIPT_REUSED","message":"שונה",)"
                R"("values":{"receipt":"17"},"details":[]})");
  } else if (method == "Bare") {
    peer.answer("404 Not Found", R"({"reason":"REASON_MEMBER_UNKNOWN"})");
  } else if (method == "Figures") {
    peer.answer("409 Conflict", R"({"reason":"REASON_BUSY","details":[0.1,1e400,-1e400,1e-400]})");
  } else if (method == "Page") {
    peer.answer("500 Internal Server Error", "<html>");
  } else if (method == "Nonsense") {
    peer.answer("200 OK", "\xFF\xFE");
  } else if (method == "Noise") {
    peer.write("220 mail.example ESMTP\r\n\r\n");
    return false;
  } else if (method == "Sleep") {
    std::this_thread::sleep_for(std::chrono::milliseconds(std::stoi(request.body)));
    peer.answer("200 OK", "{\"slept\": true}");
  } else if (method == "Chunked") {
    peer.write(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    peer.write("5\r\n{\"a\":\r\n6;x=y\r\n \"b\"} \r\n0\r\n\r\n");
  } else if (method == "Close") {
    peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
    return false;
  } else if (method == "Leave") {
    peer.answer("200 OK", "{}");
    return false;
  } else if (method == "Drop") {
    ++drops;
    return false;
  } else if (method == "Half") {
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"half\"");
    return false;
  } else if (method == "Large") {
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{");
    return false;
  }
  return true;
}

std::string read_first_line(const std::string& path) {
  std::string line;
  std::ifstream file(path);
  std::getline(file, line);
  return line;
}

void serve_all(const std::string& directory, int descriptor, int number) {
  Peer peer(descriptor, number);
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const std::string token_path = directory + "/registers/R1.local-token";
  std::string token;
  while (auto request = peer.read()) {
    ++calls;
    if (token.empty() || request->method == "Counts") token = read_first_line(token_path);
    if (request->headers["authorization"] != "Bearer " + token) {
      peer.answer("401 Unauthorized",
                  R"({"code":"unauthenticated","reason":"REASON_TOKEN_UNKNOWN",)"
                  R"("message":"who?","values":{}})");
    } else if (!serve(peer, *request)) {
      return;
    }
  }
}

int listen_on_loopback(std::uint16_t& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) return -1;
  if (listen(listener, 256) != 0) return -1;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return listener;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || std::string(argv[1]) != "--dir") return 2;
  const std::string directory = argv[2];
  alarm(kLife_s);
  std::ofstream(directory + "/starts", std::ios::app) << getpid() << "\n";
  const int lock = open((directory + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) return 1;
  if (argc > 3) std::this_thread::sleep_for(std::chrono::milliseconds(std::stoi(argv[3])));
  std::uint16_t port = 0;
  const int listener = listen_on_loopback(port);
  if (listener < 0) return 1;
  std::ofstream(directory + "/agent.port.new") << port << "\n";
  std::rename((directory + "/agent.port.new").c_str(), (directory + "/agent.port").c_str());
  std::vector<std::thread> threads;  // ended with the process
  for (int number = 1;; ++number) {
    const int descriptor = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor >= 0) threads.emplace_back(serve_all, directory, descriptor, number);
  }
}
