/* Held to the strictest reading of each standard by CMakeLists.txt; also compiled as C++. */
#include "moadon_pos.h"

int main(void) {
  moadon_pos *handle = 0;
  const char *text = 0;
  int32_t status = moadon_pos_open("{}", &handle, &text);
  status += moadon_pos_call(handle, "Status", "{}", MOADON_POS_TIMEOUT_MAX_MS, &text);
  moadon_pos_release(text);
  moadon_pos_close(handle);
  return status == MOADON_POS_OK && moadon_pos_abi_version() == MOADON_POS_ABI_VERSION ? 0 : 1;
}
