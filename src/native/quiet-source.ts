/**
 * The addon that holds back what the library writes on stderr while it starts.
 * It is text because plain tsc copies no other kind of file into the build, and it is compiled on the user's machine
 * by the same compiler call as the binding.
 */
export const quietSource = `
#include <node_api.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int saved = -1;
static FILE* held = NULL;
static const int fatal[] = {SIGABRT, SIGILL, SIGSEGV, SIGBUS, SIGFPE};
static struct sigaction before[5];

// A library that dies while it starts must not take its last words with it: only async-signal-safe calls here.
static void on_fatal(int signal_number) {
  char block[4096];
  off_t at = 0;
  ssize_t n;
  while ((n = pread(fileno(held), block, sizeof block, at)) > 0) {
    if (write(saved, block, n) < 0) break;
    at += n;
  }
  dup2(saved, 2);
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

static napi_value start(napi_env env, napi_callback_info info) {
  if (saved >= 0) return NULL;
  FILE* file = tmpfile();
  if (file == NULL) return NULL;
  int copy = dup(2);
  if (copy < 0) { fclose(file); return NULL; }
  fflush(stderr);
  held = file;
  saved = copy;
  dup2(fileno(held), 2);
  struct sigaction action = {};
  action.sa_handler = on_fatal;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < 5; i++) sigaction(fatal[i], &action, &before[i]);
  return NULL;
}

static napi_value stop(napi_env env, napi_callback_info info) {
  napi_value text;
  if (saved < 0) { napi_create_string_utf8(env, "", 0, &text); return text; }
  fflush(stderr);
  for (int i = 0; i < 5; i++) sigaction(fatal[i], &before[i], NULL);
  dup2(saved, 2);
  close(saved);
  saved = -1;
  fseek(held, 0, SEEK_END);
  long size = ftell(held);
  rewind(held);
  char* buffer = (char*)malloc(size > 0 ? size : 1);
  size_t got = buffer && size > 0 ? fread(buffer, 1, size, held) : 0;
  napi_create_string_utf8(env, buffer ? buffer : "", got, &text);
  free(buffer);
  fclose(held);
  held = NULL;
  return text;
}

NAPI_MODULE_INIT() {
  napi_value f;
  napi_create_function(env, "start", NAPI_AUTO_LENGTH, start, NULL, &f);
  napi_set_named_property(env, exports, "start", f);
  napi_create_function(env, "stop", NAPI_AUTO_LENGTH, stop, NULL, &f);
  napi_set_named_property(env, exports, "stop", f);
  return exports;
}
`;
