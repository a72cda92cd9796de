/* plain_c AGENT_DIR: one call from a program that knows no C++. */
#include <stdio.h>
#include <string.h>

#include "moadon_pos.h"

int main(int argc, char **argv) {
  char config[1024];
  moadon_pos *handle = NULL;
  const char *text = NULL;
  int32_t status;
  if (argc != 2) return 2;
  snprintf(config, sizeof(config), "{\"agent_dir\": \"%s\", \"register_id\": \"R1\"}", argv[1]);
  if (moadon_pos_open(config, &handle, &text) != MOADON_POS_OK) {
    fprintf(stderr, "%s\n", text);
    moadon_pos_release(text);
    return 1;
  }
  status = moadon_pos_call(handle, "Echo", "{\"name\": \"שלום\"}", 5000, &text);
  printf("%s\n", text);
  status += strstr(text, "שלום") == NULL;
  moadon_pos_release(text);
  moadon_pos_close(handle);
  return status == MOADON_POS_OK ? 0 : 1;
}
