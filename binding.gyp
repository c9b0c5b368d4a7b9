# The add-on without CMake: node-gyp builds what CMakeLists.txt does, from the same list of sources.
{
  'variables': {
    'ledgerstone_werror%': 0,
    'gtest_include%': '/usr/include',
    'gtest_lib%': '/usr/lib',
    'ledgerstone_tests%': 0,
  },
  'target_defaults': {
    'cflags!': ['-fno-omit-frame-pointer'],
    'cflags': ['-O2', '-fPIC', '-fvisibility=hidden', '-fstack-protector-strong'],
    'cflags_cc!': ['-fno-rtti', '-fno-exceptions', '-std=gnu++17', '-std=gnu++20', '-O3'],
    'cflags_cc': ['-std=c++20', '-fvisibility-inlines-hidden'],
    'cflags_c!': ['-O3'],
    'ldflags': ['-Wl,-z,relro,-z,now', '-Wl,--exclude-libs,ALL'],
    'defines': ['NDEBUG'],
    'xcode_settings': {
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++20',
      'CLANG_CXX_LIBRARY': 'libc++',
      'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
      'GCC_ENABLE_CPP_RTTI': 'YES',
      'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'MACOSX_DEPLOYMENT_TARGET': '11.0',
    },
  },
  'targets': [
    {
      'target_name': 'ledgerstone_codecs',
      'type': 'static_library',
      'sources': [
        '<!@(node scripts/gyp-sources.cjs zstd)',
        '<!@(node scripts/gyp-sources.cjs lz4)',
      ],
      'include_dirs': ['<!@(node scripts/gyp-sources.cjs zstd_include)'],
      'defines': ['ZSTD_DISABLE_ASM=1', 'ZSTDLIB_VISIBLE=', 'ZSTDERRORLIB_VISIBLE='],
      'cflags': ['-w'],
      'direct_dependent_settings': {
        'include_dirs': [
          '<!@(node scripts/gyp-sources.cjs zstd_include)',
          '<!@(node scripts/gyp-sources.cjs lz4_include)',
        ],
      },
      'link_settings': { 'libraries': ['<!@(node scripts/gyp-sources.cjs codec_libraries)'] },
    },
    {
      'target_name': 'ledgerstone_engine',
      'type': 'static_library',
      'dependencies': ['ledgerstone_codecs'],
      'export_dependent_settings': ['ledgerstone_codecs'],
      'sources': ['<!@(node scripts/gyp-sources.cjs engine)'],
      'include_dirs': ['native', 'native/include'],
      'cflags': ['-Wall', '-Wextra', '-Wconversion', '-Wshadow'],
      'conditions': [['ledgerstone_werror==1', { 'cflags': ['-Werror'] }]],
      'direct_dependent_settings': { 'include_dirs': ['native', 'native/include'] },
    },
    {
      'target_name': 'ledgerstone',
      'dependencies': ['ledgerstone_engine'],
      'sources': ['<!@(node scripts/gyp-sources.cjs binding)'],
      'include_dirs': ['<!@(node scripts/gyp-sources.cjs headers)'],
      'defines': ['NAPI_VERSION=9', 'NAPI_DISABLE_CPP_EXCEPTIONS'],
      'conditions': [["OS!='mac'", {
        'ldflags': [
          '-Wl,-z,nodelete',
          '-Wl,--version-script=<(module_root_dir)/native/cmake/addon.map',
        ],
      }]],
    },
  ],
  'conditions': [
    ['ledgerstone_tests==1', {
      'targets': [
        {
          'target_name': 'ledgerstone_tests',
          'type': 'executable',
          'dependencies': ['ledgerstone_engine'],
          'sources': ['<!@(node scripts/gyp-sources.cjs tests)'],
          'include_dirs': ['<(gtest_include)'],
          'defines': ['_GLIBCXX_ASSERTIONS'],
          'libraries': ['-L<(gtest_lib)', '-lgtest_main', '-lgtest', '-lpthread'],
        },
      ],
    }],
  ],
}
