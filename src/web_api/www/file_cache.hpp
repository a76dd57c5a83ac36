#pragma once
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "net/file/conditional.hpp"
#include "web_api/www/file_mark.hpp"

namespace otklik::web_api {

/// A file of www/ with what every answer says of it.
struct KeptFile {
  FileMark mark;
  net::Validators validators;
  std::string validator_headers;  ///< ETag, Last-Modified, Accept-Ranges: what 304 says too
  std::string headers;            ///< Content-Type and those
  std::shared_ptr<const std::string> content;
};

/// Small files, the most lately asked for, within a limit of bytes. Whether one is still true is told by its mark. Any
/// thread.
class FileCache {
 public:
  explicit FileCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  std::shared_ptr<const KeptFile> find(const std::string& name, const FileMark& mark);
  void keep(const std::string& name, std::shared_ptr<const KeptFile> file);
  /// Another limit from now on; what does not fit goes.
  void limit(std::size_t most_bytes);

 private:
  struct Entry {
    std::string name;
    std::shared_ptr<const KeptFile> file;
  };
  void fit();
  void drop(std::list<Entry>::iterator at);
  static std::size_t weight(const Entry& entry) noexcept {
    return entry.file->content->size() + entry.name.size() + 512;
  }

  std::mutex mutex_;
  std::size_t most_bytes_;
  std::list<Entry> latest_first_;
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_name_;  ///< views of the entries' names
  std::size_t bytes_ = 0;
};

}  // namespace otklik::web_api
