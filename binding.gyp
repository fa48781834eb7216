# How node-gyp builds the native engine: one static library for each instruction set, and the addon around them.
{
  'target_defaults': {
    # No C++ exceptions: what can fail says so in its return value, and Node-API errors become JavaScript ones.
    # NAPI_VERSION 8 (Node 15.12 and later) makes one build serve every Node this package supports.
    # A worker that is being terminated takes no error any more; without the last line node-addon-api then aborts the
    # process (one in three runs of test/engine/native-lifetime.test.ts died of it).
    'defines': [
      'NAPI_VERSION=8',
      'NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS',
      'NODE_ADDON_API_DISABLE_DEPRECATED',
      'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
    ],
    # node-gyp's own default is an older C++.
    'cflags_cc!': ['-std=gnu++17', '-std=gnu++20'],
    'cflags_cc': ['-std=c++20', '-fno-exceptions', '-Wall', '-Wextra'],
    # Nothing but the module's entry point is visible, so two copies of the addon never mix.
    'cflags': ['-O3', '-fvisibility=hidden', '-fPIC'],
    # Untested: macOS.
    'xcode_settings': {
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++20',
      'CLANG_CXX_LIBRARY': 'libc++',
      'GCC_ENABLE_CPP_EXCEPTIONS': 'NO',
      'GCC_OPTIMIZATION_LEVEL': '3',
      'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'MACOSX_DEPLOYMENT_TARGET': '11.0',
    },
    # Untested: Windows. MSVC has no flags for instruction sets up to SHA: their intrinsics are always there.
    'msvs_settings': {
      'VCCLCompilerTool': {'AdditionalOptions': ['/std:c++20'], 'ExceptionHandling': 0, 'Optimization': 2},
    },
  },

  'targets': [
    {
      'target_name': 'hashgap',
      'sources': [
        'native/addon.cc',
        'native/arguments.cc',
        'native/confirm.cc',
        'native/cpu_features.cc',
        'native/dispatch.cc',
        'native/kernel_scalar.cc',
        'native/pool.cc',
        'native/pool_object.cc',
        'native/scan.cc',
        'native/thread.cc',
      ],
      'include_dirs': ["<!(node -p \"require('node-addon-api').include_dir\")"],
      'conditions': [
        ['target_arch=="x64"', {'dependencies': ['kernel_shani']}],
        # A symbol that is missing fails the load, where the reason can be shown, not a scan.
        ['OS=="linux"', {'ldflags': ['-Wl,-z,now']}],
      ],
    },
  ],

  'conditions': [
    # GYP has no flags for single files, and a file compiled for SHA-NI must not lend its code to the others: each
    # instruction set is a library of its own.
    ['target_arch=="x64"', {
      'targets': [
        {
          'target_name': 'kernel_shani',
          'type': 'static_library',
          'sources': ['native/kernel_shani.cc'],
          'cflags': ['-msha', '-msse4.1', '-mssse3'],
          'xcode_settings': {'OTHER_CFLAGS': ['-msha', '-msse4.1', '-mssse3']},
        },
      ],
    }],
  ],
}
